// The fixture of the use case tests: all use cases over one store, with a clock that only tests advance.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/store/memory/memory_store.h"
#include "core/accounts/email_change.h"
#include "core/accounts/register_user.h"
#include "core/accounts/user_steps.h"
#include "core/accounts/verify_email.h"
#include "core/common/deadline.h"
#include "core/orders/create_order.h"
#include "core/orders/order_steps.h"
#include "core/refunds/cancel_order.h"
#include "core/refunds/create_refund.h"
#include "core/refunds/pay_order.h"
#include "core/refunds/refund_policy.h"
#include "core/refunds/refund_steps.h"
#include "core/refunds/settle_refunds.h"
#include "core/sessions/session_policy.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/fake_password_hasher.h"
#include "tests/support/fake_payment_provider.h"
#include "tests/support/recording_log.h"
#include "tests/support/status_checks.h"

namespace keelson {

inline constexpr std::string_view kPassword = "zq8#Lwp!-xyz";

RegisterUserCommand Registration(std::string email = "ada@example.com", std::string request_id = "");
CreateOrderCommand::Line LineOf(std::int64_t quantity, std::int64_t unit_price, std::int64_t discount = 0,
                                std::int64_t tax = 0, const std::string& currency = "EUR");
ScopeInput Everything();
ScopeInput AmountOf(std::int64_t minor_units, const std::string& currency = "EUR");
ScopeInput Units(const std::string& line_id, std::int64_t quantity, bool include_shipping = false);
ScopeInput::Line UnitsFor(const std::string& line_id, std::int64_t quantity, std::int64_t amount,
                          const std::string& currency = "EUR");
// A composition; a shipping or goodwill of 0 is unset.
ScopeInput Parts(std::vector<ScopeInput::Line> lines, std::int64_t shipping, std::int64_t goodwill = 0,
                 const std::string& currency = "EUR");

// Claims refunds once, calls the providers for all of them and saves the outcomes. Returns the number of
// claimed refunds. The settler then can't be used again.
int SettleOnce(SettleRefunds& settler);

struct World {
  World() = default;
  // The contract tests run on another store than `memory`. The store must be empty.
  explicit World(Store& other) : store(other) {}

  // Each call creates the use case with the current policies.
  absl::StatusOr<std::optional<User>> Register(const RegisterUserCommand& command);
  absl::StatusOr<User> Verify(const std::string& token);
  absl::Status Resend(const std::string& email);
  absl::Status StartChange(const User& user, std::string new_email, std::string request_id = "");
  absl::StatusOr<User> ConfirmChange(const std::string& token);
  absl::StatusOr<User> Suspend(const User& user, std::string reason = "");
  absl::StatusOr<User> Reinstate(const User& user, std::string reason = "");
  absl::StatusOr<User> Delete(const User& user, std::string reason = "");
  absl::StatusOr<User> Undelete(const User& user);
  absl::StatusOr<User> Erase(const User& user, std::string reason = "", std::string request_id = "");
  // Runs EraseExpiredUsers until no user is due.
  void EraseExpired();
  absl::StatusOr<Order> Create(const CreateOrderCommand& command);
  // Pays the total with the reference "charge-1", which several orders may share here.
  absl::StatusOr<Order> Pay(const Order& order);
  // Pays an amount at "stripe" or the default provider, as with the default configuration: a reference pays
  // once.
  absl::StatusOr<Order> PayPart(const Order& order, std::int64_t amount, std::string reference,
                                std::string provider = "");
  absl::StatusOr<Order> Ship(const Order& order);
  absl::StatusOr<Order> Deliver(const Order& order);
  absl::StatusOr<Order> Cancel(const Order& order, std::string reason = "");
  absl::StatusOr<Refund> Refunded(const Order& order, ScopeInput scope, std::string request_id = "");
  // The decisions of `approver`.
  absl::StatusOr<Refund> Approve(const Refund& refund, std::string note = "");
  absl::StatusOr<Refund> Reject(const Refund& refund, std::string note = "");
  absl::StatusOr<Refund> Cancel(const Refund& refund, std::string note = "");
  absl::StatusOr<Refund> Retry(const Refund& refund);
  absl::StatusOr<RefundCheck> Judged(const Order& order, ScopeInput scope);
  // Settles the due refunds as a process that has just started. Returns the number of claimed refunds.
  int Settle();
  int SettleWith(FakePaymentProvider& provider);
  int SettleWith(FakePaymentProvider& provider, Store& other);
  // The settlement of a process that has just started.
  std::unique_ptr<SettleRefunds> Settler(std::vector<PaymentProvider*> providers, Store& other);
  std::unique_ptr<SettleRefunds> Settler(std::vector<PaymentProvider*> providers);

  // Returns the user ada@example.com. The first call registers the user.
  User Ada();
  // Creates an order of `lines` with 5.00 EUR of shipping, in the state of the method's name.
  Order Pending(std::vector<CreateOrderCommand::Line> lines = {LineOf(3, 1000)});
  Order Paid(std::vector<CreateOrderCommand::Line> lines = {LineOf(3, 1000)});
  Order Delivered(std::vector<CreateOrderCommand::Line> lines = {LineOf(3, 1000)});

  // Load entities from the store.
  User Load(UserId id);
  Order Load(OrderId id);
  Refund Load(RefundId id);
  Message Load(MessageId id);
  std::vector<Refund> RefundsOf(OrderId id);
  // The ledger entries of the order, oldest first.
  std::vector<LedgerEntry> LedgerOf(OrderId id);
  std::vector<Event> Events();
  // The types of the events since the last call.
  std::vector<std::string> NewEvents();
  // The QUEUED and SENDING messages.
  std::vector<Message> Outbox();
  // The template names of the QUEUED and SENDING messages, in the order in which they were queued.
  std::vector<std::string> Queued();
  // The token in the newest e-mail of the template; empty if no e-mail was sent.
  std::string NewestTokenIn(std::string_view template_name);
  // Overwrites the stored fields directly, without a use case.
  void Overwrite(const UserFields& user);

  FakeClock clock;
  FakeEntropy entropy;
  RecordingLog log;
  MemoryStore memory;
  Store& store = memory;
  IdGenerator ids{clock, entropy};
  FakePasswordHasher hasher;
  FakePaymentProvider payments;
  // Claims up to 128 refunds at once.
  SettlementPolicy settlement{.concurrency = 64};
  AccountPolicy accounts;
  SessionPolicy sessions;
  AccountCounters counters;
  RefundPolicy refunds;
  CallContext context{"web", "corr-1", "00-trace", Deadline::Never()};
  CallContext approver{"boss", "corr-2", "00-trace", Deadline::Never()};
  std::optional<User> ada;
  std::int64_t seen_events = 0;
};

}  // namespace keelson
