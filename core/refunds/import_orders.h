#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/error.h"
#include "core/common/id.h"
#include "core/common/import_failure.h"
#include "core/events/event.h"
#include "core/orders/order.h"
#include "core/orders/order_input.h"
#include "core/refunds/create_refund.h"
#include "core/refunds/payment_policy.h"
#include "core/refunds/refund.h"
#include "core/store/store.h"

namespace keelson {

inline constexpr std::size_t kMaxImportedRefunds = 100;

// An order of another system. The reference is required: it identifies the order when an import is repeated.
struct OrderRecord : OrderInput {
  // A refund that the other system has paid out.
  struct Refund {
    ScopeInput scope;
    // nullopt: the record has an unknown reason, which is a violation.
    std::optional<RefundReason> reason = RefundReason::kUnspecified;
    // At most 500 characters.
    std::string note;
    std::optional<absl::Time> create_time;
    // nullopt: create_time.
    std::optional<absl::Time> settle_time;
    std::string provider_reference;
    // As in CreateRefundCommand.
    std::string payment_id = {};
  };
  struct Payment {
    std::string provider;
    std::string reference;
    std::optional<Amount> amount;
    std::optional<absl::Time> pay_time;
  };

  // Exactly one of the two is set.
  std::string user_id;
  std::string user_email;
  // nullopt: the record has no known state, which is a violation.
  std::optional<OrderState> state;
  std::optional<absl::Time> create_time;
  std::optional<absl::Time> pay_time;
  std::optional<absl::Time> ship_time;
  std::optional<absl::Time> deliver_time;
  std::optional<absl::Time> cancel_time;
  // The name of a configured payment provider, or empty for the first of them.
  std::string payment_provider;
  std::string payment_reference;
  // Every payment, instead of pay_time and the payment of the total, if the order was not paid at once.
  // Oldest first.
  std::vector<Payment> payments = {};
  // Applied in this order, which determines the shares of lines.
  std::vector<Refund> refunds;
  // Violations that the transport found. They are reported with the violations that Handle finds.
  FieldErrors errors;
};

struct OrderImportResult {
  std::int64_t imported = 0;
  // Records whose order was imported before, by this call or by an earlier one.
  std::int64_t existing = 0;
  // In the order of the records: FIELD_INVALID with every invalid field, USER_NOT_FOUND, or REFERENCE_TAKEN
  // if the order with the reference has other contents, or if one of its payments has paid another order.
  std::vector<ImportFailure> failures;
};

// Imports the orders of one batch, with their refunds, in one transaction. Sends no e-mail and calls no
// payment provider.
//
// The refunds follow the refund rules, except the rules whose limits are configured: the window, the states,
// the number of refunds and partial refunds.
class ImportOrders {
 public:
  ImportOrders(Store& store, Clock& clock, IdGenerator& ids, PaymentPolicy payments)
      : store_(store), clock_(clock), ids_(ids), payments_(std::move(payments)) {}

  // Leaves out the records that are invalid, whose user does not exist or is erased, or whose reference
  // belongs to an existing order. Blocks on the store. Returns only the errors of the store: then nothing was
  // imported.
  absl::StatusOr<OrderImportResult> Handle(const CallContext& context,
                                           const std::vector<OrderRecord>& records);

 private:
  struct Draft;
  struct NewOrder;
  class RecordChecker;
  class Facts;

  // Imports the drafts in one transaction, and adds to `result`. REFERENCE_TAKEN or USER_NOT_FOUND if another
  // call has inserted a reference or erased a user meanwhile: then nothing was imported.
  absl::Status ImportDrafts(const CallContext& context, const std::vector<Draft>& drafts, absl::Time now,
                            OrderImportResult& result);
  // Returns the orders that don't exist yet, and adds the other drafts to `result`.
  std::vector<NewOrder> BuildNewOrders(const std::vector<Draft>& drafts, const Facts& facts, absl::Time now,
                                       OrderImportResult& result);
  static std::vector<Event> EventsOf(const std::vector<NewOrder>& orders, const CallContext& context,
                                     absl::Time now);
  static absl::Status LockOwners(WriteTransaction& tx, const std::vector<NewOrder>& orders);
  absl::Status CheckPayments(WriteTransaction& tx, const std::vector<NewOrder>& orders) const;
  absl::Status Insert(WriteTransaction& tx, const std::vector<NewOrder>& orders,
                      const std::vector<Event>& events) const;

  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
  const PaymentPolicy payments_;
};

}  // namespace keelson
