#include "core/refunds/import_orders.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_join.h"
#include "core/accounts/find_by_address.h"
#include "core/accounts/user_repository.h"
#include "core/common/email_address.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/payment_reference.h"
#include "core/refunds/refund_repository.h"
#include "core/refunds/refund_rules.h"
#include "core/refunds/split_refund.h"

namespace keelson {
namespace {

// Whether a record in a given state has the time of a step.
enum class Presence { kForbidden, kOptional, kRequired };

// The times that follow create_time, in the order of the steps.
struct Step {
  std::string_view field;
  std::optional<absl::Time> OrderRecord::*recorded;
  std::optional<absl::Time> OrderHistory::*time;
};
constexpr std::array kSteps = {
    Step{"pay_time", &OrderRecord::pay_time, &OrderHistory::pay_time},
    Step{"ship_time", &OrderRecord::ship_time, &OrderHistory::ship_time},
    Step{"deliver_time", &OrderRecord::deliver_time, &OrderHistory::deliver_time},
    Step{"cancel_time", &OrderRecord::cancel_time, &OrderHistory::cancel_time},
};

// The presence of the times of kSteps.
std::array<Presence, kSteps.size()> StepsOf(OrderState state) {
  using enum Presence;
  switch (state) {
    case OrderState::kPending:
      break;
    case OrderState::kPaid:
      return {kRequired, kForbidden, kForbidden, kForbidden};
    case OrderState::kShipped:
      return {kRequired, kRequired, kForbidden, kForbidden};
    case OrderState::kDelivered:
      return {kRequired, kRequired, kRequired, kForbidden};
    case OrderState::kCancelled:
      return {kOptional, kForbidden, kForbidden, kRequired};
  }
  return {kForbidden, kForbidden, kForbidden, kForbidden};
}

// Checks that times don't decrease and are not in the future.
class Chronology {
 public:
  Chronology(absl::Time now, FieldErrors& errors) : now_(now), errors_(errors) {}

  // The next time must not be earlier than `time`.
  void StartAt(std::string field, absl::Time time) {
    previous_ = time;
    previous_field_ = std::move(field);
  }

  // Returns the time in whole microseconds, the resolution of stored times.
  absl::Time Check(const std::string& field, absl::Time time) {
    time = absl::FromUnixMicros(absl::ToUnixMicros(time));
    if (time > now_) errors_.Add(field, "must not be in the future");
    if (time < previous_) errors_.Add(field, StrCat("must not be earlier than ", previous_field_));
    StartAt(field, time);
    return time;
  }

 private:
  const absl::Time now_;
  FieldErrors& errors_;
  absl::Time previous_ = absl::InfinitePast();
  std::string previous_field_;
};

// Terms for refunds that are paid out already: no configured limit applies, so that only the rules that keep
// the order's totals valid can fail.
const RefundTerms& TermsOfHistory() {
  static const auto* const terms = new RefundTerms{
      .window = absl::InfiniteDuration(),
      .states = {OrderState::kPending, OrderState::kPaid, OrderState::kShipped, OrderState::kDelivered,
                 OrderState::kCancelled},
      .partial = true,
      .max_per_order = std::numeric_limits<std::int64_t>::max(),
      .approval_above = {},
  };
  return *terms;
}

absl::Status UserNotFound() {
  return MakeError(Reason::kUserNotFound, "no user has this id or address, or the user is erased");
}

// Whether the lines of the order as it was created are equal.
bool SameLines(const OrderFields& a, const OrderFields& b) {
  return a.currency == b.currency &&
         std::equal(a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(),
                    [](const OrderLine& x, const OrderLine& y) {
                      return x.sku == y.sku && x.title == y.title && x.quantity == y.quantity &&
                             x.unit_price == y.unit_price && x.discount == y.discount && x.tax == y.tax;
                    });
}

// Whether the stored order has the payments of the record. It may have further payments.
bool HasPayments(const Order& stored, const Order& record) {
  const std::vector<OrderPayment> found = stored.payments();
  const std::vector<OrderPayment> wanted = record.payments();
  return found.size() >= wanted.size() && std::equal(wanted.begin(), wanted.end(), found.begin(),
                                                     [](const OrderPayment& w, const OrderPayment& f) {
                                                       return w.reference == f.reference &&
                                                              w.amount == f.amount;
                                                     });
}

// Returns the names of the fields in which the record contradicts the stored order. The stored order may have
// changed since its import: it may have been paid, shipped or refunded.
std::vector<std::string_view> Contradictions(const OrderFields& stored, const OrderFields& record,
                                             UserId owner, bool has_payments, bool has_refunds) {
  std::vector<std::string_view> fields;
  const auto require = [&](bool holds, std::string_view field) {
    if (!holds) fields.push_back(field);
  };
  const auto unchanged = [](const std::optional<absl::Time>& s, const std::optional<absl::Time>& r) {
    return !r || s == r;
  };
  require(stored.user_id == owner, "user");
  require(SameLines(stored, record), "lines");
  require(stored.shipping == record.shipping, "shipping");
  require(stored.labels == record.labels, "labels");
  require(stored.create_time == record.create_time, "create_time");
  require(unchanged(stored.pay_time, record.pay_time), "pay_time");
  require(unchanged(stored.ship_time, record.ship_time), "ship_time");
  require(unchanged(stored.deliver_time, record.deliver_time), "deliver_time");
  require(unchanged(stored.cancel_time, record.cancel_time), "cancel_time");
  require(has_payments, "payment");
  require(has_refunds, "refunds");
  return fields;
}

// REFERENCE_TAKEN if the record, which has the reference of `stored`, is another order. `has_refunds`:
// whether the stored order has the refunds of the record.
absl::Status CheckSame(const Order& stored, const Order& record, UserId owner, bool has_refunds) {
  const std::vector<std::string_view> fields =
      Contradictions(stored.fields(), record.fields(), owner, HasPayments(stored, record), has_refunds);
  if (fields.empty()) return absl::OkStatus();
  const std::string names =
      absl::StrJoin(fields, ", ", [](std::string* out, std::string_view field) { out->append(field); });
  return MakeError(Reason::kReferenceTaken,
                   StrCat("an order with this reference exists and differs in: ", names),
                   {{"field", "reference"}, {"order_id", stored->id.ToString()}});
}

// Adds the payments of a new order. REFERENCE_TAKEN if one of them has paid an order, also this one.
absl::Status UsePayments(const Order& order, const PaymentPolicy& policy,
                         std::map<PaymentKey, OrderId>& paid_orders) {
  if (policy.shared_references) return absl::OkStatus();
  for (const PaymentKey& key : PaymentKeysOf(order)) {
    const auto [paid, is_new] = paid_orders.emplace(key, order->id);
    if (!is_new) return PaymentTaken({key, paid->second});
  }
  return absl::OkStatus();
}

Event OrderImportedEvent(const Order& order, const CallContext& context, absl::Time now) {
  return MakeEvent("order.imported", order->id.ToString(), order->user_id, context, now,
                   EventPayload()
                       .Add("total", order->total)
                       .Add("currency_code", order->currency.code())
                       .Add("state", OrderStateName(order->state)));
}

Event RefundImportedEvent(const Refund& refund, const CallContext& context, absl::Time now) {
  return MakeEvent("refund.imported", refund->id.ToString(), refund->user_id, context, now,
                   EventPayload()
                       .Add("order_id", refund->order_id.ToString())
                       .Add("amount", refund->amount)
                       .Add("currency_code", refund->currency.code())
                       .Add("reason", RefundReasonName(refund->reason)));
}

}  // namespace

// An order to insert, or a stored order, with its refunds. Only the SUCCEEDED refunds of a stored order are
// read, and only if the draft with its reference has refunds.
struct ImportOrders::NewOrder {
  Order order;
  std::vector<Refund> refunds;
};

// A valid record. The order has no id and no user yet.
struct ImportOrders::Draft {
  struct RefundDraft {
    // One for each refunded payment.
    std::vector<Refund::Request> requests;
    Refund::Settlement settlement;
  };

  // Returns the order and its refunds with ids, for a user.
  NewOrder Build(UserId owner, IdGenerator& ids, absl::Time now) const {
    NewOrder built{order.WithIds(ids.Next<OrderKind>(), owner), {}};
    for (const RefundDraft& refund : refunds) {
      std::vector<RefundId> refund_ids;
      for (std::size_t i = 0; i < refund.requests.size(); ++i) refund_ids.push_back(ids.Next<RefundKind>());
      for (std::size_t i = 0; i < refund.requests.size(); ++i) {
        Refund::Request request = refund.requests[i];
        request.split_ids = SplitIdsOf(refund_ids);
        const Refund& added = built.refunds.emplace_back(
            Refund::Import(refund_ids[i], built.order, std::move(request), refund.settlement, now));
        built.order.ImportRefund(added.source(), added.portion(), refund.settlement.create_time,
                                 refund.settlement.settle_time, now);
      }
    }
    return built;
  }

  // Whether each refund of the draft is one of `stored`. Imported refunds are SUCCEEDED and never change.
  bool HasRefundsIn(std::vector<Refund> stored) const {
    const auto take = [&](const Refund::Request& request, const Refund::Settlement& settlement) {
      const auto same = std::find_if(stored.begin(), stored.end(), [&](const Refund& refund) {
        return refund->amount == request.portion.amount && refund->create_time == settlement.create_time &&
               refund->provider_reference == settlement.provider_reference;
      });
      if (same == stored.end()) return false;
      stored.erase(same);
      return true;
    };
    return std::all_of(refunds.begin(), refunds.end(), [&](const RefundDraft& draft) {
      return std::all_of(draft.requests.begin(), draft.requests.end(),
                         [&](const Refund::Request& request) { return take(request, draft.settlement); });
    });
  }

  std::size_t index = 0;
  std::optional<UserId> user_id;
  // Identifies the user unless user_id is set.
  EmailAddress user_email;
  // Without the refunds, whose ids the ledger needs.
  Order order;
  std::vector<RefundDraft> refunds;
};

// Validates one record.
class ImportOrders::RecordChecker {
 public:
  RecordChecker(const OrderRecord& record, const PaymentPolicy& payments, const CallContext& context,
                absl::Time now)
      : record_(record),
        payments_(payments),
        context_(context),
        now_(now),
        errors_(record.errors),
        pay_time_(record.pay_time) {}

  absl::StatusOr<Draft> Check() {
    CheckOwner();
    std::optional<OrderContents> contents = CheckOrder(record_, errors_);
    if (record_.reference.empty()) errors_.Add("reference", "is required");
    CheckPayments(contents);
    CheckHistory();
    CheckOnlyPayment();
    const std::vector<RefundScope> scopes = CheckRefunds();
    if (!errors_.empty()) return errors_.ToStatus();

    Order order = Order::Create({}, {}, contents->currency, std::move(contents->lines), contents->shipping,
                                std::move(contents->reference), record_.labels, create_time_);
    if (record_.payments.empty() && history_.pay_time) history_.payments.front().amount = order->total;
    RETURN_IF_ERROR(order.ReplayHistory(history_, now_));
    Draft draft{
        .index = 0, .user_id = user_id_, .user_email = user_email_, .order = std::move(order), .refunds = {}};
    Order refunded = draft.order;
    for (std::size_t i = 0; i < scopes.size(); ++i) AddRefund(i, scopes[i], refunded, draft);
    if (!errors_.empty()) return errors_.ToStatus();
    return draft;
  }

 private:
  void CheckOwner() {
    if (record_.user_id.empty() == record_.user_email.empty()) {
      errors_.Add("user", "must set exactly one of user_id and user_email");
    } else if (!record_.user_id.empty()) {
      user_id_ = UserId::Parse(record_.user_id);
      if (!user_id_) errors_.Add("user_id", InvalidId<UserKind>());
    } else if (absl::StatusOr<EmailAddress> email = EmailAddress::Parse(record_.user_email); email.ok()) {
      user_email_ = *std::move(email);
    } else {
      errors_.Add("user_email", std::string(email.status().message()));
    }
  }

  // Whether the transport could translate every time. Otherwise a missing time is not a violation.
  bool has_times() const { return record_.errors.empty(); }

  // The payments of an order that was not paid at once.
  void CheckPayments(const std::optional<OrderContents>& contents) {
    if (record_.payments.empty()) return;
    if (record_.payments.size() > kMaxOrderPayments) {
      errors_.Add("payments", StrCat("must have at most ", kMaxOrderPayments, " entries"));
      return;
    }
    if (record_.pay_time) errors_.Add("pay_time", "must be unset if payments is set");
    std::int64_t paid = 0;
    for (std::size_t i = 0; i < record_.payments.size(); ++i) {
      const OrderRecord::Payment& payment = record_.payments[i];
      FieldErrors errors;
      CheckedPayment checked = CheckPayment(payment.provider, payment.reference, payments_.providers, errors);
      const std::int64_t amount = CheckPaid(payment, contents, errors);
      if (has_times() && !payment.pay_time) errors.Add("pay_time", "is required");
      errors_.AddAll(StrCat("payments[", i, "]."), errors);
      history_.payments.push_back({std::move(checked.provider), std::move(checked.reference), amount, 0, 0,
                                   payment.pay_time.value_or(absl::Time())});
      paid += amount;
    }
    if (contents && errors_.empty()) CheckSum(paid, TotalOf(*contents));
  }

  static std::int64_t TotalOf(const OrderContents& contents) {
    std::int64_t total = contents.shipping;
    for (const OrderLine& line : contents.lines) total += line.total;
    return total;
  }

  // Returns the amount of a payment; 0 after a violation.
  static std::int64_t CheckPaid(const OrderRecord::Payment& payment,
                                const std::optional<OrderContents>& contents, FieldErrors& errors) {
    if (!payment.amount) {
      errors.Add("amount", "is required");
      return 0;
    }
    const std::optional<Money> amount = CheckAmount("amount", *payment.amount, errors);
    if (!amount) return 0;
    if (amount->minor_units < 1) errors.Add("amount.minor_units", "must be at least 1");
    if (contents && amount->currency != contents->currency) {
      errors.Add("amount.currency_code",
                 StrCat("must be the currency of the order, ", contents->currency.code()));
    }
    return amount->minor_units;
  }

  void CheckSum(std::int64_t paid, std::int64_t total) {
    if (!record_.state) return;
    const std::string sum = "must add up to ";
    if (*record_.state == OrderState::kPending) {
      if (paid >= total) errors_.Add("payments", StrCat(sum, "less than the total, ", total));
    } else if (*record_.state == OrderState::kCancelled) {
      if (paid > total) errors_.Add("payments", StrCat(sum, "at most the total, ", total));
    } else if (paid != total) {
      errors_.Add("payments", StrCat(sum, "the total, ", total));
    }
    if (paid == total) pay_time_ = history_.payments.back().pay_time;
  }

  // The payment of the total.
  void CheckOnlyPayment() {
    const bool is_set = !record_.payment_provider.empty() || !record_.payment_reference.empty();
    if (is_set && !record_.payments.empty()) {
      errors_.Add("payment", "must be unset if payments is set");
    } else if (is_set && !record_.pay_time && record_.state && has_times()) {
      errors_.Add("payment", "must be unset without a pay_time");
    }
    CheckedPayment payment =
        CheckPayment(record_.payment_provider, record_.payment_reference, payments_.providers, errors_);
    if (!record_.payments.empty() || !history_.pay_time) return;
    history_.payments.push_back(
        {std::move(payment.provider), std::move(payment.reference), 0, 0, 0, *history_.pay_time});
  }

  void CheckHistory() {
    if (!has_times()) return;
    if (!record_.create_time) errors_.Add("create_time", "is required");
    if (!record_.state) {
      errors_.Add("state", "must be a known state other than UNSPECIFIED");
      return;
    }
    Chronology chronology(now_, errors_);
    if (record_.create_time) create_time_ = chronology.Check("create_time", *record_.create_time);
    for (std::size_t i = 0; i < history_.payments.size(); ++i) {
      absl::Time& pay_time = history_.payments[i].pay_time;
      if (record_.payments[i].pay_time) {
        pay_time = chronology.Check(StrCat("payments[", i, "].pay_time"), pay_time);
      }
    }
    const std::array<Presence, kSteps.size()> presence = StepsOf(*record_.state);
    for (std::size_t i = 0; i < kSteps.size(); ++i) CheckStep(kSteps[i], presence[i], chronology);
  }

  void CheckStep(const Step& step, Presence presence, Chronology& chronology) {
    const bool is_payment = step.recorded == &OrderRecord::pay_time;
    // The violations of the payments say why the time is missing.
    if (is_payment && !pay_time_ && !record_.payments.empty()) return;
    const std::optional<absl::Time>& time = is_payment ? pay_time_ : record_.*step.recorded;
    const std::string field(step.field);
    if (!time) {
      if (presence == Presence::kRequired) {
        errors_.Add(field, StrCat("is required in the state ", OrderStateName(*record_.state)));
      }
    } else if (presence == Presence::kForbidden) {
      errors_.Add(field, StrCat("must be unset in the state ", OrderStateName(*record_.state)));
    } else {
      history_.*step.time = chronology.Check(field, *time);
    }
  }

  // Returns the valid scopes: one for each refund, unless there is a violation.
  std::vector<RefundScope> CheckRefunds() {
    std::vector<RefundScope> scopes;
    if (record_.refunds.size() > kMaxImportedRefunds) {
      errors_.Add("refunds", StrCat("must have at most ", kMaxImportedRefunds, " entries"));
      return scopes;
    }
    for (std::size_t i = 0; i < record_.refunds.size(); ++i) {
      const OrderRecord::Refund& refund = record_.refunds[i];
      FieldErrors errors;
      std::optional<RefundScope> scope = CheckScope(refund.scope, errors);
      if (scope) scopes.push_back(*std::move(scope));
      if (!refund.reason) errors.Add("reason", "must be a known value of RefundReason");
      refunded_payments_.push_back(CheckPaymentId(refund.payment_id, errors));
      CheckLine("note", refund.note, kMaxRefundNote, errors);
      Refund::Settlement& settlement = settlements_.emplace_back();
      settlement.provider_reference =
          NormalizedReference("provider_reference", refund.provider_reference, kMaxPaymentReference, errors);
      if (has_times()) CheckTimes(refund, settlement, errors);
      errors_.AddAll(StrCat("refunds[", i, "]."), errors);
    }
    return scopes;
  }

  void CheckTimes(const OrderRecord::Refund& refund, Refund::Settlement& settlement, FieldErrors& errors) {
    if (!refund.create_time) {
      errors.Add("create_time", "is required");
      return;
    }
    Chronology chronology(now_, errors);
    if (!record_.payments.empty()) {
      chronology.StartAt("payments[0].pay_time", history_.payments.front().pay_time);
    } else if (history_.pay_time) {
      chronology.StartAt("the order's pay_time", *history_.pay_time);
    }
    settlement.create_time = chronology.Check("create_time", *refund.create_time);
    settlement.settle_time =
        refund.settle_time ? chronology.Check("settle_time", *refund.settle_time) : settlement.create_time;
  }

  // Adds the refund to the draft, if the refund rules allow the refund. `refunded`: the order after the
  // refunds that were added before.
  void AddRefund(std::size_t i, const RefundScope& scope, Order& refunded, Draft& draft) {
    const std::optional<std::size_t> payment = refunded_payments_[i];
    RefundJudgement judgement =
        JudgeRefund(refunded, scope, TermsOfHistory(), now_, /*exceptions=*/{}, payment);
    for (const Verdict& verdict : judgement.verdicts) {
      if (verdict.passed) continue;
      errors_.Add(StrCat("refunds[", i, "].scope"),
                  StrCat("must not break the refund rule ", verdict.rule, ": ", verdict.explanation));
    }
    if (!judgement.allowed) return;
    const OrderRecord::Refund& refund = record_.refunds[i];
    Refund::Request request;
    request.scope = ScopeKindOf(scope);
    request.reason = *refund.reason;
    request.note = refund.note;
    request.requested_by = context_.actor;
    Draft::RefundDraft& added = draft.refunds.emplace_back();
    added.settlement = std::move(settlements_[i]);
    for (RefundPortion& portion : PortionsOf(refunded, *judgement.portion, payment)) {
      refunded.HoldRefund({}, portion, now_);
      refunded.SettleRefund({}, portion, now_);
      request.portion = std::move(portion);
      added.requests.push_back(request);
    }
  }

  const OrderRecord& record_;
  const PaymentPolicy& payments_;
  const CallContext& context_;
  const absl::Time now_;
  FieldErrors errors_;
  std::optional<UserId> user_id_;
  EmailAddress user_email_;
  absl::Time create_time_;
  OrderHistory history_;
  // When the order became PAID.
  std::optional<absl::Time> pay_time_;
  std::vector<Refund::Settlement> settlements_;
  // The payments that the refunds name.
  std::vector<std::optional<std::size_t>> refunded_payments_;
};

// The stored users and orders to which drafts refer.
class ImportOrders::Facts {
 public:
  absl::Status Load(ReadTransaction& tx, const std::vector<Draft>& drafts) {
    *this = {};
    RETURN_IF_ERROR(LoadUsers(tx, drafts));
    std::set<std::string> references;
    for (const Draft& draft : drafts) references.insert(draft.order->reference);
    ASSIGN_OR_RETURN(std::vector<Order> found, tx.orders().FindManyByReference(std::vector<std::string>(
                                                   references.begin(), references.end())));
    for (Order& order : found) {
      std::string reference = order->reference;
      orders_.emplace(std::move(reference), NewOrder{std::move(order), {}});
    }
    RETURN_IF_ERROR(LoadPayments(tx, drafts));
    return LoadRefunds(tx, drafts);
  }

  // The stored orders that the payments of the drafts have paid.
  const std::map<PaymentKey, OrderId>& paid_orders() const { return paid_orders_; }

  // Returns the user of the draft; nullopt if the user does not exist or is erased.
  std::optional<UserId> OwnerOf(const Draft& draft) const {
    if (draft.user_id) return users_.contains(*draft.user_id) ? draft.user_id : std::nullopt;
    const auto holder = holders_.find(draft.user_email.key());
    return holder == holders_.end() ? std::nullopt : std::optional(holder->second);
  }

  // The orders by their references.
  const std::map<std::string, NewOrder>& orders() const { return orders_; }

 private:
  absl::Status LoadUsers(ReadTransaction& tx, const std::vector<Draft>& drafts) {
    std::set<UserId> ids;
    std::map<std::string, EmailAddress> addresses;
    for (const Draft& draft : drafts) {
      if (draft.user_id) {
        ids.insert(*draft.user_id);
      } else {
        addresses.emplace(draft.user_email.key(), draft.user_email);
      }
    }
    ASSIGN_OR_RETURN(const std::vector<User> users,
                     tx.users().FindMany(std::vector<UserId>(ids.begin(), ids.end())));
    for (const User& user : users) {
      if (!user.is_erased()) users_.insert(user->id);
    }
    std::vector<EmailAddress> distinct;
    for (const auto& [key, address] : addresses) distinct.push_back(address);
    ASSIGN_OR_RETURN(const std::vector<std::optional<User>> holders, FindManyByAddress(tx.users(), distinct));
    for (std::size_t i = 0; i < distinct.size(); ++i) {
      if (holders[i]) holders_.emplace(distinct[i].key(), (*holders[i])->id);
    }
    return absl::OkStatus();
  }

  absl::Status LoadPayments(ReadTransaction& tx, const std::vector<Draft>& drafts) {
    std::vector<PaymentKey> keys;
    for (const Draft& draft : drafts) {
      for (PaymentKey& key : PaymentKeysOf(draft.order)) keys.push_back(std::move(key));
    }
    if (keys.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<PaidOrder> paid, tx.orders().FindPaidOrders(keys));
    for (const PaidOrder& each : paid) paid_orders_.emplace(each.payment, each.order_id);
    return absl::OkStatus();
  }

  absl::Status LoadRefunds(ReadTransaction& tx, const std::vector<Draft>& drafts) {
    for (const Draft& draft : drafts) {
      const auto stored = orders_.find(draft.order->reference);
      if (draft.refunds.empty() || stored == orders_.end()) continue;
      RefundFilter filter;
      filter.order_id = stored->second.order->id;
      filter.states = {RefundState::kSucceeded};
      ASSIGN_OR_RETURN(
          stored->second.refunds,
          tx.refunds().List(filter, std::nullopt, static_cast<int>(stored->second.order->refund_count)));
    }
    return absl::OkStatus();
  }

  // The users who exist and are not erased.
  std::set<UserId> users_;
  // The users by the keys of their addresses.
  std::map<std::string, UserId> holders_;
  std::map<std::string, NewOrder> orders_;
  std::map<PaymentKey, OrderId> paid_orders_;
};

std::vector<Event> ImportOrders::EventsOf(const std::vector<NewOrder>& orders, const CallContext& context,
                                          absl::Time now) {
  std::vector<Event> events;
  for (const auto& [order, refunds] : orders) {
    events.push_back(OrderImportedEvent(order, context, now));
    for (const Refund& refund : refunds) events.push_back(RefundImportedEvent(refund, context, now));
  }
  return events;
}

// Prevents the erasure of the owners until the transaction ends. USER_NOT_FOUND if one of them is erased.
absl::Status ImportOrders::LockOwners(WriteTransaction& tx, const std::vector<NewOrder>& orders) {
  std::set<UserId> owners;
  for (const NewOrder& added : orders) owners.insert(added.order->user_id);
  const std::vector<UserId> ids(owners.begin(), owners.end());
  ASSIGN_OR_RETURN(const std::vector<User> users, tx.users().FindManyForMessage(ids));
  const bool all = users.size() == ids.size() &&
                   std::none_of(users.begin(), users.end(), [](const User& u) { return u.is_erased(); });
  return all ? absl::OkStatus() : UserNotFound();
}

// REFERENCE_TAKEN if another call has recorded one of the payments since the facts were read.
absl::Status ImportOrders::CheckPayments(WriteTransaction& tx, const std::vector<NewOrder>& orders) const {
  if (payments_.shared_references) return absl::OkStatus();
  std::vector<PaymentKey> keys;
  for (const NewOrder& added : orders) {
    for (PaymentKey& key : PaymentKeysOf(added.order)) keys.push_back(std::move(key));
  }
  return CheckUnused(tx.orders(), keys);
}

absl::Status ImportOrders::Insert(WriteTransaction& tx, const std::vector<NewOrder>& orders,
                                  const std::vector<Event>& events) const {
  RETURN_IF_ERROR(LockOwners(tx, orders));
  RETURN_IF_ERROR(CheckPayments(tx, orders));
  for (const auto& [order, refunds] : orders) {
    RETURN_IF_ERROR(tx.orders().Insert(order));
    for (const Refund& refund : refunds) RETURN_IF_ERROR(tx.refunds().Insert(refund));
  }
  return tx.events().AppendMany(events);
}

absl::StatusOr<OrderImportResult> ImportOrders::Handle(const CallContext& context,
                                                       const std::vector<OrderRecord>& records) {
  const absl::Time now = clock_.Now();
  std::vector<ImportFailure> invalid;
  std::vector<Draft> drafts;
  for (std::size_t i = 0; i < records.size(); ++i) {
    absl::StatusOr<Draft> draft = RecordChecker(records[i], payments_, context, now).Check();
    if (draft.ok()) {
      drafts.push_back(*std::move(draft));
      drafts.back().index = i;
    } else {
      invalid.push_back({i, draft.status()});
    }
  }
  OrderImportResult result;
  absl::Status status;
  // If another call has inserted a reference or erased a user since the facts were read, the batch is
  // imported again with new facts. Each repetition has at least one more failed or existing record, so the
  // loop ends.
  do {
    result = {.imported = 0, .existing = 0, .failures = invalid};
    status = ImportDrafts(context, drafts, now, result);
  } while (HasReason(status, Reason::kReferenceTaken) || HasReason(status, Reason::kUserNotFound));
  if (!status.ok()) return status;
  std::sort(result.failures.begin(), result.failures.end(),
            [](const ImportFailure& a, const ImportFailure& b) { return a.index < b.index; });
  return result;
}

absl::Status ImportOrders::ImportDrafts(const CallContext& context, const std::vector<Draft>& drafts,
                                        absl::Time now, OrderImportResult& result) {
  if (drafts.empty()) return absl::OkStatus();
  Facts facts;
  RETURN_IF_ERROR(store_.Read(context.deadline, [&](ReadTransaction& tx) { return facts.Load(tx, drafts); }));
  const std::vector<NewOrder> added = BuildNewOrders(drafts, facts, now, result);
  result.imported = std::ssize(added);
  if (added.empty()) return absl::OkStatus();
  const std::vector<Event> events = EventsOf(added, context, now);
  return store_.Write(context.deadline, [&](WriteTransaction& tx) { return Insert(tx, added, events); });
}

std::vector<ImportOrders::NewOrder> ImportOrders::BuildNewOrders(const std::vector<Draft>& drafts,
                                                                 const Facts& facts, absl::Time now,
                                                                 OrderImportResult& result) {
  std::vector<NewOrder> added;
  // Keeps the addresses of the orders.
  added.reserve(drafts.size());
  // The stored orders and the new ones.
  std::map<std::string_view, const NewOrder*> by_reference;
  for (const auto& [reference, order] : facts.orders()) by_reference.emplace(reference, &order);
  std::map<PaymentKey, OrderId> paid_orders = facts.paid_orders();
  for (const Draft& draft : drafts) {
    const std::optional<UserId> owner = facts.OwnerOf(draft);
    if (!owner) {
      result.failures.push_back({draft.index, UserNotFound()});
      continue;
    }
    const auto same = by_reference.find(draft.order->reference);
    if (same == by_reference.end()) {
      NewOrder built = draft.Build(*owner, ids_, now);
      if (absl::Status taken = UsePayments(built.order, payments_, paid_orders); !taken.ok()) {
        result.failures.push_back({draft.index, std::move(taken)});
        continue;
      }
      added.push_back(std::move(built));
      by_reference.emplace(added.back().order->reference, &added.back());
    } else if (absl::Status status = CheckSame(same->second->order, draft.order, *owner,
                                               draft.HasRefundsIn(same->second->refunds));
               status.ok()) {
      ++result.existing;
    } else {
      result.failures.push_back({draft.index, std::move(status)});
    }
  }
  return added;
}

}  // namespace keelson
