#include "tests/core/refunds/refund_sequences.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/common/etag.h"
#include "core/refunds/refund_steps.h"
#include "tests/core/refunds/refund_model.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

constexpr absl::Duration kLongestBackoff = absl::Minutes(15);
constexpr std::string_view kApprover = "boss";
constexpr std::array<std::string_view, 2> kActors = {"web", kApprover};

CallContext ContextOf(std::string_view actor) {
  return {std::string(actor), "", "", Deadline::Never(), actor == kApprover};
}

std::string TextOf(const std::vector<std::string>& parts) {
  return absl::StrJoin(parts, ", ");
}

std::vector<std::string> FailedRulesOf(const absl::Status& status) {
  std::vector<std::string> rules;
  for (const PreconditionViolation& violation : Details(status).preconditions)
    rules.push_back(violation.type);
  return rules;
}

// `names` as in RefundFields::overridden_rules.
ModelRules RulesOf(const std::string& names) {
  return absl::StrSplit(names, ',', absl::SkipEmpty());
}

RefundTerms ToTerms(const ModelTerms& model, Currency currency) {
  RefundTerms terms;
  terms.window = model.window;
  terms.states = model.states;
  terms.partial = model.partial;
  terms.max_per_order = model.max_per_order;
  if (model.approval_above) terms.approval_above[currency] = *model.approval_above;
  return terms;
}

// What happened to the money of one idempotency key at the payment provider.
struct ProviderKey {
  std::int64_t amount = 0;
  bool paid = false;
  bool refused = false;
};

// The calls and the model of one order.
class RefundSequence {
 public:
  RefundSequence(World& world, std::uint64_t seed, std::map<std::string, std::vector<std::string>>& events)
      : world_(world), seed_(seed), random_(seed), events_(events) {
    world_.payments.on_refund = [this](const PaymentRefund& refund) { AnswerAttempt(refund); };
    // Lost responses must not open the circuit breaker, which the model does not have.
    world_.settlement.circuit.failure_ratio = 2;
    CreateOrder();
    ReplacePolicy();
  }

  void Run(int steps) {
    for (int i = 0; i < steps; ++i) {
      Step();
      CheckStored();
    }
    SettleAll();
    CheckMoney();
  }

 private:
  // A call that is listed several times is made more often.
  void Step() {
    static constexpr std::array kCalls = {
        &RefundSequence::CreateRefundOf, &RefundSequence::CreateRefundOf, &RefundSequence::CreateRefundOf,
        &RefundSequence::CreateRefundOf, &RefundSequence::CreateRefundOf, &RefundSequence::CreateRefundOf,
        &RefundSequence::Approve,        &RefundSequence::Approve,        &RefundSequence::Reject,
        &RefundSequence::CancelRefundOf, &RefundSequence::Retry,          &RefundSequence::Retry,
        &RefundSequence::Settle,         &RefundSequence::Settle,         &RefundSequence::Settle,
        &RefundSequence::MoveOrder,      &RefundSequence::MoveOrder,      &RefundSequence::CancelOrderOf,
        &RefundSequence::AdvanceClock,   &RefundSequence::ReplacePolicy,
    };
    // Most orders are paid and delivered early, so that refunds are possible.
    if (order_.state != OrderState::kDelivered && Chance(3)) return MoveOrder();
    (this->*kCalls[Below(kCalls.size())])();
  }

  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(random_.Below(bound)); }
  std::int64_t UpTo(std::int64_t most) {
    return static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(most + 1)));
  }
  bool Chance(std::uint64_t one_in) { return random_.Below(one_in) == 0; }
  absl::Time Now() { return world_.clock.Now(); }

  void Note(std::string call) { calls_.push_back(std::move(call)); }

  [[noreturn]] void Fail(std::string_view what) {
    FAIL("the sequence with KEELSON_SEED=" << seed_ << ": " << what << "\nafter these calls:\n"
                                           << absl::StrJoin(calls_, "\n"));
    throw std::logic_error("FAIL returned");
  }
  template <typename Value>
  void Same(std::string_view name, const Value& found, const Value& expected) {
    if (found == expected) return;
    if constexpr (std::is_integral_v<Value>) {
      Fail(StrCat(name, " is ", found, ", not ", expected));
    } else {
      Fail(StrCat(name, " is not as expected"));
    }
  }
  void ExpectReason(const std::string& found, const std::string& expected) {
    if (found != expected) Fail(StrCat("the call returned ", found, ", not ", expected));
  }

  void CreateOrder() {
    constexpr std::array kCurrencies = {"EUR", "JPY", "KWD", "CLF"};
    currency_ = kCurrencies[Below(kCurrencies.size())];
    CreateOrderCommand command;
    command.user_id = world_.Ada()->id.ToString();
    order_.shipping = UpTo(20);
    command.shipping = Amount{currency_, order_.shipping};
    for (std::size_t i = 0; i <= Below(3); ++i) {
      const std::int64_t quantity = 1 + UpTo(4);
      const std::int64_t price = UpTo(40);
      const std::int64_t discount = UpTo(quantity * price);
      // An order without a total can't be paid.
      const std::int64_t tax = i == 0 ? 1 + UpTo(5) : UpTo(5);
      command.lines.push_back(LineOf(quantity, price, discount, tax, currency_));
      order_.lines.push_back({quantity, quantity * price - discount + tax});
    }
    order_.id = Must(world_.Create(command))->id;
    Note(StrCat("CreateOrder of ", order_.total(), " ", currency_));
    CheckStored();
  }

  void MoveOrder() {
    const Order order = world_.Load(order_.id);
    switch (order_.state) {
      case OrderState::kPending:
        return Pay(order);
      case OrderState::kPaid:
        return Ship(order);
      case OrderState::kShipped:
        Note("DeliverOrder");
        Must(world_.Deliver(order).status());
        order_.deliver_time = Now();
        return MoveOrderTo(OrderState::kDelivered);
      case OrderState::kCancelled:
        if (Chance(2)) return PayLate(order);
        [[fallthrough]];
      case OrderState::kDelivered:
        Note("ShipOrder");
        return ExpectReason(ReasonOf(world_.Ship(order)), "ORDER_STATE");
    }
  }

  void RecordPayment(const Order& order, std::int64_t amount) {
    Note(StrCat("PayOrder of ", amount));
    const std::string reference = StrCat(order_.id.ToString(), "-", order_.payments.size());
    Must(world_.PayPart(order, amount, reference).status());
    order_.payments.push_back(amount);
    order_.changed = true;
  }

  void Pay(const Order& order) {
    const std::int64_t unpaid = order_.total() - order_.paid();
    const std::int64_t amount = Chance(2) ? unpaid : 1 + UpTo(unpaid - 1);
    order_.was_paid_in_parts |= amount < order_.total();
    RecordPayment(order, amount);
    if (amount == unpaid) MoveOrderTo(OrderState::kPaid);
  }

  // A payment after the cancellation is refunded, whatever the rules say.
  void PayLate(const Order& order) {
    ModelScope scope;
    scope.kind = RefundScopeKind::kAmount;
    scope.amount = 1 + UpTo(40);
    order_.was_paid_in_parts = true;
    RecordPayment(order, scope.amount);
    ModelVerdict verdict = order_.Judge(scope, TermsFor(RefundReason::kOrderCancelled), Now());
    ModelRefund refund = NewRefund(verdict, scope.kind, RefundReason::kOrderCancelled, "web");
    refund.payment = order_.payments.size() - 1;
    refund.id = UnknownRefund(refund.payment);
    Add(std::move(refund));
  }

  void Ship(const Order& order) {
    Note("ShipOrder");
    const std::string reason = ReasonOf(world_.Ship(order));
    if (order_.refundable() == 0) return ExpectReason(reason, "ORDER_REFUNDED");
    ExpectReason(reason, "OK");
    MoveOrderTo(OrderState::kShipped);
  }

  void MoveOrderTo(OrderState state) {
    order_.state = state;
    order_.changed = true;
  }

  void CancelOrderOf() {
    // An early cancellation would end most sequences.
    if (!Chance(2)) return;
    Note("CancelOrder");
    const RefundPolicies policies(world_.refunds);
    const auto cancelled = CancelOrder(world_.store, world_.clock, world_.ids, policies)
                               .Handle(ContextOf("boss"), {"", order_.id.ToString(), "no stock", ""});
    if (order_.state != OrderState::kPending && order_.state != OrderState::kPaid) {
      return ExpectReason(ReasonOf(cancelled), "ORDER_STATE");
    }
    ExpectReason(ReasonOf(cancelled), "OK");
    MoveOrderTo(OrderState::kCancelled);
    for (ModelRefund& refund : order_.refunds) {
      if (refund.state == RefundState::kRequested) Move(refund, RefundState::kCancelled, "refund.cancelled");
    }
    if (order_.refundable() == 0) return;
    ModelVerdict verdict = order_.Judge({}, TermsFor(RefundReason::kOrderCancelled), Now());
    AddParts(NewRefund(verdict, RefundScopeKind::kEverything, RefundReason::kOrderCancelled, "boss"));
  }

  // Adds the refunds of one call. Returns the id of the first.
  RefundId AddParts(const ModelRefund& whole) {
    const std::vector<ModelRefund> parts = order_.Split(whole);
    std::optional<RefundId> first;
    for (ModelRefund part : parts) {
      part.id = UnknownRefund(part.payment);
      part.call = static_cast<int>(calls_.size());
      if (!first) first = part.id;
      Add(std::move(part));
    }
    return first.value();
  }

  // Returns the stored refund of the payment that the model does not have.
  RefundId UnknownRefund(std::size_t payment) {
    for (const Refund& stored : world_.RefundsOf(order_.id)) {
      if (stored.portion().payment != payment) continue;
      const auto known = [&](const ModelRefund& refund) { return refund.id == stored->id; };
      if (std::none_of(order_.refunds.begin(), order_.refunds.end(), known)) return stored->id;
    }
    Fail(StrCat("no refund of the payment ", payment + 1, " was created"));
  }

  const ModelTerms& TermsFor(RefundReason reason) {
    const auto found = reasons_.find(reason);
    return found == reasons_.end() ? terms_ : found->second;
  }

  ModelTerms RandomTerms() {
    ModelTerms terms;
    terms.window = absl::Hours(UpTo(48));
    terms.states = {OrderState::kDelivered};
    for (const OrderState state : {OrderState::kPaid, OrderState::kShipped, OrderState::kCancelled}) {
      if (Chance(2)) terms.states.insert(state);
    }
    terms.partial = !Chance(5);
    terms.max_per_order = 1 + UpTo(12);
    if (Chance(2)) terms.approval_above = UpTo(120);
    return terms;
  }

  void ReplacePolicy() {
    Note("the refund policy is replaced");
    terms_ = RandomTerms();
    reasons_.clear();
    for (const RefundReason reason : {RefundReason::kNotReceived, RefundReason::kOrderCancelled}) {
      if (Chance(2)) reasons_[reason] = RandomTerms();
    }
    const Currency currency = *Currency::Parse(currency_);
    static_cast<RefundTerms&>(world_.refunds) = ToTerms(terms_, currency);
    world_.refunds.by_reason.clear();
    for (const auto& [reason, terms] : reasons_) world_.refunds.by_reason[reason] = ToTerms(terms, currency);
  }

  void AdvanceClock() {
    const std::int64_t minutes = Chance(4) ? UpTo(24 * 60) : UpTo(30);
    Note(StrCat("the clock advances by ", minutes, " min"));
    world_.clock.Advance(absl::Minutes(minutes));
  }

  ModelScope RandomScope() {
    ModelScope scope;
    scope.other_currency = Chance(20);
    switch (Below(6)) {
      case 0:
        return scope;
      case 1:
        scope.kind = RefundScopeKind::kAmount;
        scope.amount = UpTo(Chance(4) ? order_.refundable() + 1 : order_.refundable() / 3 + 1);
        return scope;
      default:
        return RandomComposition(scope);
    }
  }

  ModelScope RandomComposition(ModelScope scope) {
    scope.kind = RefundScopeKind::kLines;
    const ModelOrder::Totals totals = order_.totals();
    for (std::int64_t i = 0; i < std::ssize(order_.lines); ++i) {
      if (Chance(2)) continue;
      const std::int64_t left =
          order_.lines[static_cast<std::size_t>(i)].quantity - totals.lines.at(i).quantity;
      const std::int64_t quantity = std::max<std::int64_t>(1, UpTo(left + (Chance(8) ? 1 : 0)));
      scope.lines.push_back({i, quantity, std::nullopt});
      if (Chance(3)) scope.lines.back().amount = UpTo(order_.ShareOf(i, quantity) + (Chance(8) ? 1 : 0));
    }
    if (Chance(30)) scope.lines.push_back({std::ssize(order_.lines), 1, std::nullopt});
    const std::int64_t shipping_left = order_.shipping - totals.shipping;
    scope.include_shipping = Chance(5);
    if (!scope.include_shipping && Chance(4)) scope.shipping = UpTo(shipping_left + (Chance(8) ? 1 : 0));
    const bool needs_a_part = scope.lines.empty() && !scope.include_shipping && scope.shipping == 0;
    if (needs_a_part || Chance(4)) scope.goodwill = 1 + UpTo(order_.refundable() / 4 + 1);
    return scope;
  }

  ScopeInput ToInput(const ModelScope& scope) {
    const std::string currency = scope.other_currency ? "USD" : currency_;
    if (scope.kind == RefundScopeKind::kEverything) return Everything();
    if (scope.kind == RefundScopeKind::kAmount) return AmountOf(scope.amount, currency);
    std::vector<ScopeInput::Line> lines;
    for (const auto& [index, quantity, amount] : scope.lines) {
      lines.push_back({StrCat(index + 1), quantity});
      if (amount) lines.back().amount = Amount{currency, *amount};
    }
    ScopeInput input = Parts(std::move(lines), scope.shipping, scope.goodwill, currency);
    std::get<ScopeInput::Lines>(input.scope).include_shipping = scope.include_shipping;
    return input;
  }

  std::string TextOfScope(const ModelScope& scope) {
    std::string text = scope.other_currency ? "in USD: " : "";
    if (scope.kind == RefundScopeKind::kEverything) return text + "everything";
    if (scope.kind == RefundScopeKind::kAmount) return text + StrCat("amount ", scope.amount);
    for (const auto& [index, quantity, amount] : scope.lines) {
      text += StrCat(quantity, " of line ", index + 1, amount ? StrCat(" for ", *amount) : "", ", ");
    }
    return text + StrCat("shipping ", scope.include_shipping ? "included" : StrCat(scope.shipping),
                         ", goodwill ", scope.goodwill);
  }

  ModelRules RandomOverrides() {
    ModelRules rules;
    if (!Chance(4)) return rules;
    if (Chance(2)) rules.insert("WITHIN_WINDOW");
    if (rules.empty() || Chance(2)) rules.insert("REFUNDS_LEFT");
    return rules;
  }

  void CreateRefundOf() {
    const ModelScope scope = RandomScope();
    const auto reason = Chance(3) ? RefundReason::kNotReceived : RefundReason::kDefective;
    const ModelRules overrides = RandomOverrides();
    const CallContext context = ContextOf(kActors[Below(kActors.size())]);
    Note(StrCat("CreateRefund by ", context.actor, ": ", TextOfScope(scope), ", ", RefundReasonName(reason),
                ", overrides ", absl::StrJoin(overrides, " and ")));
    CreateRefundCommand command;
    command.request_id = StrCat("request-", seed_, "-", calls_.size());
    command.order_id = order_.id.ToString();
    command.scope = ToInput(scope);
    command.reason = reason;
    command.rule_override.rules.assign(overrides.begin(), overrides.end());
    if (!overrides.empty()) command.rule_override.note = "agreed";
    const RefundPolicies policies(world_.refunds);
    CreateRefund create(world_.store, world_.clock, world_.ids, policies);
    if (!overrides.empty() && !context.is_approver) {
      return ExpectReason(ReasonOf(create.Handle(context, command)), "CALLER_NOT_ALLOWED");
    }
    const ModelVerdict verdict = order_.Judge(scope, TermsFor(reason), Now(), overrides);
    CheckJudgement(context, command, verdict);
    const auto created = create.Handle(context, command);
    ExpectVerdict(created.status(), verdict);
    if (!created.ok()) return;
    const RefundId first = AddParts(NewRefund(verdict, scope.kind, reason, context.actor));
    Same("the returned refund", (*created)->id == first, true);
    if (Chance(4)) RepeatCreate(create, context, command, *created);
  }

  // A repeated call returns the first response and changes nothing; other content is rejected.
  void RepeatCreate(CreateRefund& create, const CallContext& context, CreateRefundCommand command,
                    const Refund& created) {
    CheckStored();
    Note("the call is repeated");
    Same("the repeated response", Must(create.Handle(context, command)).fields(), created.fields());
    command.note = "other content";
    ExpectReason(ReasonOf(create.Handle(context, command)), "REQUEST_ID_REUSED");
  }

  void CheckJudgement(const CallContext& context, const CreateRefundCommand& command,
                      const ModelVerdict& verdict) {
    const RefundPolicies policies(world_.refunds);
    const RefundCheck check =
        Must(CheckRefund(world_.store, world_.clock, policies)
                 .Handle(context, {command.order_id, command.scope, command.reason, command.rule_override}));
    Same("CheckRefund's overridden rules", RulesOf(OverriddenRules(check.judgement.verdicts)),
         verdict.overridden);
    Same("CheckRefund.allowed", check.judgement.allowed, verdict.failed.empty());
    Same("CheckRefund.needs_approval", check.judgement.needs_approval, verdict.needs_approval);
    Same("whether CheckRefund has an amount", check.amount.has_value(), verdict.portion.has_value());
    if (check.amount) Same("CheckRefund.amount", check.amount->minor_units, verdict.portion->amount);
  }

  void ExpectVerdict(const absl::Status& status, const ModelVerdict& verdict) {
    ExpectReason(ReasonOf(status), verdict.failed.empty() ? "OK" : "REFUND_NOT_ALLOWED");
    const std::vector<std::string> failed = FailedRulesOf(status);
    if (failed == verdict.failed) return;
    Fail(StrCat("the failed rules are ", TextOf(failed), ", not ", TextOf(verdict.failed)));
  }

  ModelRefund NewRefund(const ModelVerdict& verdict, RefundScopeKind scope, RefundReason reason,
                        std::string actor) {
    ModelRefund refund;
    refund.scope = scope;
    refund.reason = reason;
    refund.requested_by = std::move(actor);
    refund.overridden = verdict.overridden;
    refund.portion = verdict.portion.value();
    refund.state = verdict.needs_approval ? RefundState::kRequested : RefundState::kApproved;
    if (!verdict.needs_approval) refund.due_time = Now();
    return refund;
  }

  void Add(ModelRefund refund) {
    events_[refund.id.ToString()].push_back("refund.requested");
    order_.refunds.push_back(std::move(refund));
    order_.changed = true;
  }

  void Move(ModelRefund& refund, RefundState state, std::string event) {
    refund.state = state;
    refund.due_time.reset();
    refund.changed = true;
    events_[refund.id.ToString()].push_back(std::move(event));
    // A claim and an approval do not change the order.
    if (!refund.is_open()) order_.changed = true;
  }

  ModelRefund* AnyRefund() {
    return order_.refunds.empty() ? nullptr : &order_.refunds[Below(order_.refunds.size())];
  }

  // Prefers refunds in the state, because calls on other refunds only fail.
  ModelRefund* AnyRefund(RefundState preferred) {
    std::vector<ModelRefund*> matching;
    for (ModelRefund& refund : order_.refunds) {
      if (refund.state == preferred) matching.push_back(&refund);
    }
    return matching.empty() || Chance(8) ? AnyRefund() : matching[Below(matching.size())];
  }

  // Makes a call with the current etag, without an etag, or with a stale etag. Returns the reason of the
  // response, or nullopt after a stale etag, which must fail.
  template <typename Command, typename Call>
  std::optional<std::string> CallWithEtag(const ModelRefund& refund, Command command, const Call& call) {
    command.id = refund.id.ToString();
    const std::size_t choice = Below(8);
    if (choice < 4) command.etag = EtagOf(refund.version - (choice == 0 ? 1 : 0));
    const absl::StatusOr<Refund> result = call(command);
    if (choice == 0) {
      ExpectReason(ReasonOf(result), "ETAG_MISMATCH");
      return std::nullopt;
    }
    last_result_ = result.status();
    return ReasonOf(result);
  }

  template <typename UseCase>
  std::optional<std::string> Decide(std::string_view name, const ModelRefund& refund,
                                    std::string_view actor) {
    Note(StrCat(name, " by ", actor, ": ", refund.id.ToString(), ", ", RefundStateName(refund.state)));
    UseCase use_case(world_.store, world_.clock, world_.ids);
    return CallWithEtag(refund, DecideRefundCommand{}, [&](const DecideRefundCommand& command) {
      return use_case.Handle(ContextOf(actor), command);
    });
  }

  void Approve() {
    ModelRefund* const refund = AnyRefund(RefundState::kRequested);
    if (refund == nullptr) return;
    const std::string_view actor = kActors[Below(kActors.size())];
    const auto reason = Decide<ApproveRefund>("ApproveRefund", *refund, actor);
    if (!reason) return;
    if (refund->state != RefundState::kRequested) return ExpectReason(*reason, "REFUND_STATE");
    if (refund->requested_by == actor) return ExpectReason(*reason, "SELF_APPROVAL");
    ExpectReason(*reason, "OK");
    for (ModelRefund* decided : DecidedWith(*refund)) {
      Move(*decided, RefundState::kApproved, "refund.approved");
      decided->due_time = Now();
    }
  }

  // The refunds to which a decision about the refund applies.
  std::vector<ModelRefund*> DecidedWith(ModelRefund& refund) {
    std::vector<ModelRefund*> decided = {&refund};
    if (!refund.is_split || refund.state != RefundState::kRequested) return decided;
    for (ModelRefund& other : order_.refunds) {
      const bool together = other.is_split && other.call == refund.call;
      if (together && &other != &refund && other.state == RefundState::kRequested) decided.push_back(&other);
    }
    return decided;
  }

  void Reject() {
    ModelRefund* const refund = AnyRefund(RefundState::kRequested);
    if (refund == nullptr) return;
    const auto reason = Decide<RejectRefund>("RejectRefund", *refund, "boss");
    if (!reason) return;
    if (refund->state != RefundState::kRequested) return ExpectReason(*reason, "REFUND_STATE");
    ExpectReason(*reason, "OK");
    for (ModelRefund* decided : DecidedWith(*refund)) {
      Move(*decided, RefundState::kRejected, "refund.rejected");
    }
  }

  void CancelRefundOf() {
    ModelRefund* const refund = AnyRefund(Chance(2) ? RefundState::kApproved : RefundState::kRequested);
    if (refund == nullptr) return;
    const auto reason = Decide<CancelRefund>("CancelRefund", *refund, "web");
    if (!reason) return;
    if (refund->state != RefundState::kRequested && refund->state != RefundState::kApproved) {
      return ExpectReason(*reason, "REFUND_STATE");
    }
    ExpectReason(*reason, "OK");
    for (ModelRefund* decided : DecidedWith(*refund)) {
      Move(*decided, RefundState::kCancelled, "refund.cancelled");
    }
  }

  void Retry() {
    ModelRefund* const refund = AnyRefund(RefundState::kFailed);
    if (refund == nullptr) return;
    Note(StrCat("RetryRefund: ", refund->id.ToString(), ", ", RefundStateName(refund->state)));
    const RefundPolicies policies(world_.refunds);
    RetryRefund retry(world_.store, world_.clock, policies);
    const auto reason = CallWithEtag(*refund, RetryRefundCommand{}, [&](const RetryRefundCommand& command) {
      return retry.Handle(ContextOf("web"), command);
    });
    if (!reason) return;
    if (refund->state != RefundState::kFailed) return ExpectReason(*reason, "REFUND_STATE");
    const ModelVerdict verdict = order_.JudgeRetry(*refund, TermsFor(refund->reason), Now());
    ExpectVerdict(last_result_, verdict);
    if (!last_result_.ok()) return;
    refund->portion = verdict.portion.value();
    ++refund->retries;
    Move(*refund, verdict.needs_approval ? RefundState::kRequested : RefundState::kApproved,
         "refund.retried");
    if (!verdict.needs_approval) refund->due_time = Now();
    order_.changed = true;
  }

  // The provider's response to an attempt. A key that was paid or refused gets the same response again.
  void AnswerAttempt(const PaymentRefund& refund) {
    auto [found, first] = provider_.try_emplace(refund.idempotency_key);
    ProviderKey& key = found->second;
    if (first) key.amount = refund.amount.minor_units;
    Same("the amount of a repeated attempt", refund.amount.minor_units, key.amount);
    attempted_.push_back(refund.idempotency_key);
    const std::size_t choice = Below(certain_ ? 2 : 4);
    // The last two: the response is lost before or after the payment.
    if (!key.paid && !key.refused && choice != 2) (choice == 1 ? key.refused : key.paid) = true;
    if (choice >= 2) {
      world_.payments.script = {FakePaymentProvider::Unknown()};
    } else if (key.refused) {
      world_.payments.script = {FakePaymentProvider::Failed()};
    }
    lost_[refund.idempotency_key] = choice >= 2;
  }

  void Settle() {
    Note("SettleRefunds");
    attempted_.clear();
    lost_.clear();
    std::vector<ModelRefund*> due;
    std::vector<std::string> expected;
    for (ModelRefund& refund : order_.refunds) {
      if (!refund.is_open() || *refund.due_time > Now()) continue;
      due.push_back(&refund);
      if (refund.portion.amount > 0) expected.push_back(refund.key());
    }
    Same("the number of claimed refunds", world_.Settle(), static_cast<int>(due.size()));
    std::sort(expected.begin(), expected.end());
    std::sort(attempted_.begin(), attempted_.end());
    if (attempted_ != expected) {
      Fail(StrCat("the attempted keys are ", TextOf(attempted_), ", not ", TextOf(expected)));
    }
    for (ModelRefund* refund : due) ApplyOutcome(*refund);
  }

  void ApplyOutcome(ModelRefund& refund) {
    ++refund.attempts;
    refund.changed = true;
    if (refund.state == RefundState::kApproved) {
      Move(refund, RefundState::kProcessing, "refund.processing");
    }
    if (refund.portion.amount == 0) return Finish(refund, RefundState::kSucceeded);
    if (!lost_.at(refund.key())) {
      const bool refused = provider_.at(refund.key()).refused;
      return Finish(refund, refused ? RefundState::kFailed : RefundState::kSucceeded);
    }
    // The backoff is random.
    refund.due_time = world_.Load(refund.id)->due_time;
    if (!refund.due_time || *refund.due_time < Now() || *refund.due_time > Now() + kLongestBackoff) {
      Fail("the next attempt is not due within the longest backoff");
    }
  }

  void Finish(ModelRefund& refund, RefundState state) {
    Move(refund, state, state == RefundState::kSucceeded ? "refund.succeeded" : "refund.failed");
  }

  // Settles every open refund, so that the next sequence begins without due refunds.
  void SettleAll() {
    certain_ = true;
    const auto is_open = [](const ModelRefund& refund) { return refund.is_open(); };
    while (std::any_of(order_.refunds.begin(), order_.refunds.end(), is_open)) {
      world_.clock.Advance(kLongestBackoff);
      Settle();
      CheckStored();
    }
  }

  // A key moves money at most once, and the money that moved is the amount of the SUCCEEDED refunds.
  void CheckMoney() {
    std::int64_t paid = 0;
    for (const auto& [key, state] : provider_) {
      if (state.paid) paid += state.amount;
    }
    Same("the amount that the provider paid", paid, order_.totals().refunded);
  }

  void CheckStored() {
    const Order stored = world_.Load(order_.id);
    CheckOrder(stored);
    CheckLimits(stored);
    const std::vector<Refund> refunds = world_.RefundsOf(order_.id);
    Same("the number of refunds", refunds.size(), order_.refunds.size());
    for (ModelRefund& refund : order_.refunds) {
      const auto found = std::find_if(refunds.begin(), refunds.end(),
                                      [&](const Refund& each) { return each->id == refund.id; });
      if (found == refunds.end()) Fail("a refund is missing");
      CheckRefundOf(refund, *found);
    }
    CheckLedger();
  }

  // The entries add up to the totals of the order, and to the state of each refund, and their postings to
  // zero.
  void CheckLedger() {
    const std::vector<LedgerEntry> entries = world_.LedgerOf(order_.id);
    const ModelOrder::Totals totals = order_.totals();
    LedgerTotals of_order;
    std::map<RefundId, LedgerTotals> of_refunds;
    std::map<LedgerAccount, std::int64_t> balances;
    for (const LedgerEntry& entry : entries) {
      of_order.Add(entry);
      if (entry.refund_id) of_refunds[*entry.refund_id].Add(entry);
      for (const Posting& posting : PostingsOf(entry)) balances[posting.account] += posting.amount;
      Same("the entry's currency", entry.currency.code() == currency_, true);
      Same("the entry's provider", entry.payment_provider, std::string(world_.payments.name()));
    }
    Same("paid by the entries", of_order.paid, order_.paid());
    Same("refunded by the entries", of_order.refunded, totals.refunded);
    Same("reserved by the entries", of_order.refund_pending, totals.pending);
    Same("the customers' balance", -balances[LedgerAccount::kCustomers], order_.refundable());
    Same("the refund reserve", -balances[LedgerAccount::kRefundReserve], totals.pending);
    Same("the clearing account", balances[LedgerAccount::kPaymentClearing], order_.paid() - totals.refunded);
    for (const ModelRefund& refund : order_.refunds) CheckLedgerOf(refund, of_refunds[refund.id]);
  }

  void CheckLedgerOf(const ModelRefund& refund, const LedgerTotals& entries) {
    const bool succeeded = refund.state == RefundState::kSucceeded;
    Same("the payout of the refund", entries.refunded, succeeded ? refund.portion.amount : 0);
    Same("the hold of the refund", entries.refund_pending,
         HoldsAmount(refund.state) ? refund.portion.amount : 0);
  }

  void CheckOrder(const Order& stored) {
    const ModelOrder::Totals totals = order_.totals();
    Same("the order's state", stored->state == order_.state, true);
    Same("paid", stored->paid, order_.paid());
    Same("refunded", stored->refunded, totals.refunded);
    Same("refund_pending", stored->refund_pending, totals.pending);
    Same("refunded_shipping", stored->refunded_shipping, totals.shipping);
    Same("refund_count", stored->refund_count, totals.count);
    const RefundStatus status = totals.refunded == 0               ? RefundStatus::kNotRefunded
                                : totals.refunded == order_.paid() ? RefundStatus::kFullyRefunded
                                                                   : RefundStatus::kPartiallyRefunded;
    Same("refund_status", static_cast<int>(stored->refund_status), static_cast<int>(status));
    for (const auto& [index, part] : totals.lines) {
      const OrderLine& line = stored->lines.at(static_cast<std::size_t>(index));
      Same("refunded_quantity", line.refunded_quantity, part.quantity);
      Same("refunded_amount", line.refunded_amount, part.amount);
      Same("withheld_amount", line.withheld_amount, part.withheld);
    }
    Same("whether the order has a new version", stored->version > order_.version, order_.changed);
    order_.version = stored->version;
    order_.changed = false;
  }

  // The invariants that hold whatever the model says.
  void CheckLimits(const Order& stored) {
    Same("refunds within paid", stored->refunded + stored->refund_pending <= stored->paid, true);
    Same("refunded shipping within shipping", stored->refunded_shipping <= stored->shipping, true);
    const std::vector<OrderPayment> payments = stored.payments();
    Same("the number of payments", payments.size(), order_.payments.size());
    for (std::size_t i = 0; i < payments.size(); ++i) {
      const ModelOrder::Totals sums = order_.TotalsOf(i);
      Same("the amount of a payment", payments[i].amount, order_.payments[i]);
      Same("the refunded amount of a payment", payments[i].refunded, sums.refunded);
      Same("the pending amount of a payment", payments[i].refund_pending, sums.pending);
      Same("refunds within a payment", payments[i].refundable() >= 0, true);
    }
    for (const OrderLine& line : stored->lines) {
      Same("refunded units within the line", line.refunded_quantity <= line.quantity, true);
      Same("shares within the line", line.refunded_amount + line.withheld_amount <= line.total, true);
      Same("shares are not negative", line.refunded_amount >= 0 && line.withheld_amount >= 0, true);
    }
  }

  void CheckRefundOf(ModelRefund& refund, const Refund& stored) {
    Same("the refund's state", std::string(RefundStateName(stored->state)),
         std::string(RefundStateName(refund.state)));
    Same("the refund's currency", stored->currency.code() == currency_, true);
    Same("the refund's scope", static_cast<int>(stored->scope), static_cast<int>(refund.scope));
    Same("the refund's requester", stored->requested_by, refund.requested_by);
    Same("the refund's overridden rules", RulesOf(stored->overridden_rules), refund.overridden);
    Same("whether the refund has an override note", stored->override_note.empty(), refund.overridden.empty());
    Same("the refund's amount", stored->amount, refund.portion.amount);
    Same("the refund's payment", stored.portion().payment, refund.payment);
    Same("whether the refund is split", !stored->split_ids.empty(), refund.is_split);
    Same("the refund's shipping", stored->shipping, refund.portion.shipping);
    std::map<std::int64_t, ModelPart> lines;
    for (const RefundLine& line : stored->lines)
      lines[line.index] = {line.quantity, line.amount, line.withheld};
    Same("the refund's lines", lines, refund.portion.lines);
    Same("whether the parts exceed the amount", stored.goodwill() < 0, false);
    Same("the refund's attempts", stored->attempts, refund.attempts);
    Same("the refund's retries", stored->retries, refund.retries);
    Same("the refund's due time", stored->due_time, refund.due_time);
    Same("whether the refund has a new version", stored->version > refund.version, refund.changed);
    refund.version = stored->version;
    refund.changed = false;
  }

  World& world_;
  const std::uint64_t seed_;
  FakeEntropy random_;
  // The types of the events of each refund, by id.
  std::map<std::string, std::vector<std::string>>& events_;
  std::string currency_;
  ModelOrder order_;
  ModelTerms terms_;
  std::map<RefundReason, ModelTerms> reasons_;
  std::vector<std::string> calls_;
  absl::Status last_result_;
  std::map<std::string, ProviderKey> provider_;
  // The keys of the last settlement, and whether their responses were lost.
  std::vector<std::string> attempted_;
  std::map<std::string, bool> lost_;
  bool certain_ = false;
};

// Every change of a refund has one event, the events have no gap, and the hash chain is valid.
void CheckEvents(World& world, const std::map<std::string, std::vector<std::string>>& expected) {
  std::map<std::string, std::vector<std::string>> found;
  Sha256Digest hash{};
  std::int64_t sequence = 0;
  for (const Event& event : world.Events()) {
    ++sequence;
    hash = ChainedHash(hash, event);
    if (event.sequence != sequence || event.hash != hash) {
      FAIL("the event " << event.sequence << " breaks the chain");
    }
    if (event.type.starts_with("refund.")) found[event.subject].push_back(event.type);
  }
  if (found != expected) FAIL("the events of the refunds differ from their changes");
}

}  // namespace

void RunRefundSequences(Store& store, std::uint64_t seed, int count, int steps) {
  World world(store);
  std::map<std::string, std::vector<std::string>> events;
  for (int i = 0; i < count; ++i) {
    RefundSequence sequence(world, seed + static_cast<std::uint64_t>(i), events);
    sequence.Run(steps);
  }
  world.payments.on_refund = nullptr;
  INFO("KEELSON_SEED=" << seed << ", " << count << " sequences");
  CheckEvents(world, events);
}

}  // namespace keelson
