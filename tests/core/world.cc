#include "tests/core/world.h"

#include <algorithm>

#include "core/accounts/user_repository.h"
#include "core/events/event_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/privacy/erase_expired_users.h"
#include "core/privacy/erase_user.h"
#include "core/refunds/refund_repository.h"
#include "core/sessions/end_sessions.h"
#include "core/store/store.h"

namespace keelson {
namespace {

// Reads one entity, which must exist.
template <typename Find>
auto Read(Store& store, const Find& find) {
  using Entity = typename std::invoke_result_t<Find, ReadTransaction&>::value_type::value_type;
  std::optional<Entity> entity;
  Must(store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    Found<Entity> found = find(tx);
    if (found.ok()) entity = *std::move(found);
    return found.status();
  }));
  return entity.value();
}

}  // namespace

RegisterUserCommand Registration(std::string email, std::string request_id) {
  RegisterUserCommand command;
  command.request_id = std::move(request_id);
  command.email = std::move(email);
  command.password = Secret(std::string(kPassword));
  command.display_name = "Ada";
  command.locale = "de";
  return command;
}

CreateOrderCommand::Line LineOf(std::int64_t quantity, std::int64_t unit_price, std::int64_t discount,
                                std::int64_t tax, const std::string& currency) {
  CreateOrderCommand::Line line;
  line.sku = "sku";
  line.title = "A thing";
  line.quantity = quantity;
  line.unit_price = Amount{currency, unit_price};
  if (discount != 0) line.discount = Amount{currency, discount};
  if (tax != 0) line.tax = Amount{currency, tax};
  return line;
}

ScopeInput Everything() {
  return {RefundEverything{}};
}

ScopeInput AmountOf(std::int64_t minor_units, const std::string& currency) {
  return {Amount{currency, minor_units}};
}

ScopeInput Units(const std::string& line_id, std::int64_t quantity, bool include_shipping) {
  return {ScopeInput::Lines{{{line_id, quantity, std::nullopt}}, include_shipping}};
}

ScopeInput::Line UnitsFor(const std::string& line_id, std::int64_t quantity, std::int64_t amount,
                          const std::string& currency) {
  return {line_id, quantity, Amount{currency, amount}};
}

ScopeInput Parts(std::vector<ScopeInput::Line> lines, std::int64_t shipping, std::int64_t goodwill,
                 const std::string& currency) {
  ScopeInput::Lines parts;
  parts.lines = std::move(lines);
  if (shipping != 0) parts.shipping = Amount{currency, shipping};
  if (goodwill != 0) parts.goodwill = Amount{currency, goodwill};
  return {std::move(parts)};
}

absl::StatusOr<std::optional<User>> World::Register(const RegisterUserCommand& command) {
  VerificationMail verification(entropy, ids, accounts);
  return RegisterUser(store, hasher, clock, ids, verification, counters, accounts).Handle(context, command);
}

absl::StatusOr<User> World::Verify(const std::string& token) {
  return VerifyEmail(store, clock, ids, counters).Handle(context, Secret(token));
}

absl::Status World::Resend(const std::string& email) {
  VerificationMail verification(entropy, ids, accounts);
  return ResendVerification(store, clock, verification, accounts).Handle(context, email);
}

absl::Status World::StartChange(const User& user, std::string new_email, std::string request_id) {
  return StartEmailChange(store, clock, entropy, ids, accounts)
      .Handle(context, {std::move(request_id), user->id.ToString(), std::move(new_email)});
}

absl::StatusOr<User> World::ConfirmChange(const std::string& token) {
  return ConfirmEmailChange(store, clock).Handle(context, Secret(token));
}

absl::StatusOr<User> World::Suspend(const User& user, std::string reason) {
  EndSessions end_sessions(sessions);
  return SuspendUser(store, clock, end_sessions)
      .Handle(context, {"", user->id.ToString(), std::move(reason), ""});
}

absl::StatusOr<User> World::Reinstate(const User& user, std::string reason) {
  return ReinstateUser(store, clock).Handle(context, {"", user->id.ToString(), std::move(reason), ""});
}

absl::StatusOr<User> World::Delete(const User& user, std::string reason) {
  EndSessions end_sessions(sessions);
  return DeleteUser(store, clock, end_sessions, accounts)
      .Handle(context, {"", user->id.ToString(), std::move(reason), ""});
}

absl::StatusOr<User> World::Undelete(const User& user) {
  return UndeleteUser(store, clock).Handle(context, {"", user->id.ToString(), "", ""});
}

absl::StatusOr<User> World::Erase(const User& user, std::string reason, std::string request_id) {
  EndSessions end_sessions(sessions);
  return EraseUser(store, clock, end_sessions)
      .Handle(context, {std::move(request_id), user->id.ToString(), std::move(reason), ""});
}

void World::EraseExpired() {
  EndSessions end_sessions(sessions);
  EraseExpiredUsers erase(store, clock, end_sessions, log);
  while (Must(erase.Handle())) {
  }
}

absl::StatusOr<Order> World::Create(const CreateOrderCommand& command) {
  return CreateOrder(store, clock, ids).Handle(context, command);
}

absl::StatusOr<Order> World::Pay(const Order& order) {
  PayOrderCommand command;
  command.id = order->id.ToString();
  command.amount = Amount{std::string(order->currency.code()), order->total};
  command.payment_reference = "charge-1";
  const RefundPolicies policies(refunds);
  const PaymentPolicy shared{{std::string(payments.name())}, /*shared_references=*/true};
  return PayOrder(store, clock, ids, policies, shared).Handle(context, command);
}

absl::StatusOr<Order> World::PayPart(const Order& order, std::int64_t amount, std::string reference,
                                     std::string provider) {
  PayOrderCommand command;
  command.id = order->id.ToString();
  command.amount = Amount{std::string(order->currency.code()), amount};
  command.payment_reference = std::move(reference);
  command.payment_provider = std::move(provider);
  const RefundPolicies policies(refunds);
  return PayOrder(store, clock, ids, policies, {{std::string(payments.name()), "stripe"}})
      .Handle(context, command);
}

absl::StatusOr<Order> World::Ship(const Order& order) {
  return ShipOrder(store, clock).Handle(context, {"", order->id.ToString(), ""});
}

absl::StatusOr<Order> World::Deliver(const Order& order) {
  return DeliverOrder(store, clock).Handle(context, {"", order->id.ToString(), ""});
}

absl::StatusOr<Order> World::Cancel(const Order& order, std::string reason) {
  const RefundPolicies policies(refunds);
  return CancelOrder(store, clock, ids, policies)
      .Handle(context, {"", order->id.ToString(), std::move(reason), ""});
}

absl::StatusOr<Refund> World::Refunded(const Order& order, ScopeInput scope, std::string request_id) {
  const RefundPolicies policies(refunds);
  return CreateRefund(store, clock, ids, policies)
      .Handle(context, {std::move(request_id), order->id.ToString(), std::move(scope),
                        RefundReason::kDefective, "broken"});
}

absl::StatusOr<Refund> World::Approve(const Refund& refund, std::string note) {
  return ApproveRefund(store, clock, ids).Handle(approver, {"", refund->id.ToString(), std::move(note), ""});
}

absl::StatusOr<Refund> World::Reject(const Refund& refund, std::string note) {
  return RejectRefund(store, clock, ids).Handle(approver, {"", refund->id.ToString(), std::move(note), ""});
}

absl::StatusOr<Refund> World::Cancel(const Refund& refund, std::string note) {
  return CancelRefund(store, clock, ids).Handle(context, {"", refund->id.ToString(), std::move(note), ""});
}

absl::StatusOr<Refund> World::Retry(const Refund& refund) {
  const RefundPolicies policies(refunds);
  return RetryRefund(store, clock, policies).Handle(context, {"", refund->id.ToString(), ""});
}

absl::StatusOr<RefundCheck> World::Judged(const Order& order, ScopeInput scope) {
  const RefundPolicies policies(refunds);
  return CheckRefund(store, clock, policies).Handle(context, {order->id.ToString(), std::move(scope)});
}

int SettleOnce(SettleRefunds& settler) {
  const int claimed = Must(settler.FlushAndClaim()).claimed;
  for (std::size_t provider = 0; provider < settler.provider_count(); ++provider) {
    while (settler.SettleNext(provider)) {
    }
  }
  settler.Stop();
  Must(settler.Close());
  return claimed;
}

int World::Settle() {
  return SettleWith(payments);
}

int World::SettleWith(FakePaymentProvider& provider) {
  return SettleWith(provider, store);
}

int World::SettleWith(FakePaymentProvider& provider, Store& other) {
  return SettleOnce(*Settler({&provider}, other));
}

std::unique_ptr<SettleRefunds> World::Settler(std::vector<PaymentProvider*> providers, Store& other) {
  return std::make_unique<SettleRefunds>(SettleRefunds::Ports{other, clock, entropy, ids, log},
                                         std::move(providers), settlement);
}

std::unique_ptr<SettleRefunds> World::Settler(std::vector<PaymentProvider*> providers) {
  return Settler(std::move(providers), store);
}

User World::Ada() {
  if (!ada) ada = Must(Register(Registration())).value();
  return *ada;
}

Order World::Pending(std::vector<CreateOrderCommand::Line> lines) {
  CreateOrderCommand command;
  command.user_id = Ada()->id.ToString();
  command.shipping = Amount{lines.at(0).unit_price->currency_code, 500};
  command.lines = std::move(lines);
  return Must(Create(command));
}

Order World::Paid(std::vector<CreateOrderCommand::Line> lines) {
  return Must(Pay(Pending(std::move(lines))));
}

Order World::Delivered(std::vector<CreateOrderCommand::Line> lines) {
  return Must(Deliver(Must(Ship(Paid(std::move(lines))))));
}

User World::Load(UserId id) {
  return Read(store, [&](ReadTransaction& tx) { return tx.users().Find(id); });
}

Order World::Load(OrderId id) {
  return Read(store, [&](ReadTransaction& tx) { return tx.orders().Find(id); });
}

Refund World::Load(RefundId id) {
  return Read(store, [&](ReadTransaction& tx) { return tx.refunds().Find(id); });
}

Message World::Load(MessageId id) {
  return Read(store, [&](ReadTransaction& tx) { return tx.messages().Find(id); });
}

std::vector<Refund> World::RefundsOf(OrderId id) {
  std::vector<Refund> refunds_of;
  Must(store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    RefundFilter filter;
    filter.order_id = id;
    absl::StatusOr<std::vector<Refund>> found = tx.refunds().List(filter, std::nullopt, 1000);
    if (found.ok()) refunds_of = *std::move(found);
    return found.status();
  }));
  return refunds_of;
}

std::vector<LedgerEntry> World::LedgerOf(OrderId id) {
  std::vector<LedgerEntry> entries;
  Must(store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    LedgerFilter filter;
    filter.order_id = id;
    absl::StatusOr<std::vector<LedgerEntry>> found = tx.ledger().List(filter, std::nullopt, 1000);
    if (found.ok()) entries.assign(found->rbegin(), found->rend());
    return found.status();
  }));
  return entries;
}

std::vector<Event> World::Events() {
  std::vector<Event> events;
  Must(store.Read(Deadline::Never(), [&](ReadTransaction& tx) {
    absl::StatusOr<std::vector<Event>> found = tx.events().ListAfter(0, 1'000'000);
    if (found.ok()) events = *std::move(found);
    return found.status();
  }));
  return events;
}

std::vector<std::string> World::NewEvents() {
  std::vector<std::string> types;
  for (const Event& event : Events()) {
    if (event.sequence <= seen_events) continue;
    types.push_back(event.type);
    seen_events = event.sequence;
  }
  return types;
}

std::vector<Message> World::Outbox() {
  std::vector<Message> messages;
  // Claims all messages to read them, and returns an error to roll the claim back.
  const absl::Status status = store.Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
    const absl::Time later = clock.Now() + absl::Hours(100'000);
    messages = Must(tx.messages().Claim(later, later + absl::Hours(1), 1'000'000));
    return absl::CancelledError("roll back the claim");
  });
  if (!absl::IsCancelled(status)) Must(status);
  std::sort(messages.begin(), messages.end(), [](const Message& a, const Message& b) { return a.id < b.id; });
  return messages;
}

std::vector<std::string> World::Queued() {
  std::vector<std::string> templates;
  for (const Message& message : Outbox()) templates.push_back(message.template_name);
  return templates;
}

std::string World::NewestTokenIn(std::string_view template_name) {
  std::string token;
  for (const Message& message : Outbox()) {
    if (message.template_name == template_name) token = message.variables.at("token");
  }
  return token;
}

void World::Overwrite(const UserFields& user) {
  Must(store.Write(Deadline::Never(), [&](WriteTransaction& tx) { return tx.users().Update(User(user)); }));
}

}  // namespace keelson
