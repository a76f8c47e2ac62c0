#include "core/refunds/refund_change.h"

#include <optional>
#include <utility>

#include "core/common/etag.h"
#include "core/common/status_macros.h"
#include "core/orders/order_change.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {
namespace {

struct LockedRefund {
  Order order;
  Refund refund;
};

// Every transaction that changes an order and its refunds locks the order first, so that no two transactions
// deadlock. The unlocked Find only returns the refund's order, which never changes.
absl::StatusOr<LockedRefund> LockRefund(WriteTransaction& tx, RefundId id) {
  ASSIGN_OR_RETURN(const Refund found, RequireRefund(tx.refunds().Find(id)));
  ASSIGN_OR_RETURN(Order order, RequireOrder(tx.orders().FindForUpdate(found->order_id)));
  ASSIGN_OR_RETURN(Refund refund, RequireRefund(tx.refunds().FindForUpdate(id)));
  return LockedRefund{std::move(order), std::move(refund)};
}

}  // namespace

absl::StatusOr<Refund> RequireRefund(Found<Refund> refund) {
  ASSIGN_OR_RETURN(std::optional<Refund> existing, std::move(refund));
  if (!existing) return MakeError(Reason::kRefundNotFound, "no refund has this id");
  return *std::move(existing);
}

absl::StatusOr<Refund> ChangeRefund(
    Store& store, const CallContext& context, const RefundChange& change, FieldErrors errors, absl::Time now,
    absl::FunctionRef<absl::Status(WriteTransaction&, Order&, Refund&)> step) {
  CheckRequestId(change.request_id, errors);
  const std::optional<RefundId> id = RefundId::Parse(change.id);
  if (!id) errors.Add("id", InvalidId<RefundKind>());
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter content;
  content(*id), content(std::string(change.etag)), content(change.content);
  const Idempotency call(context, change.method, change.request_id, content.Take());
  const auto apply_step = [&](WriteTransaction& tx) -> absl::StatusOr<RefundFields> {
    ASSIGN_OR_RETURN(LockedRefund locked, LockRefund(tx, *id));
    auto& [order, refund] = locked;
    RETURN_IF_ERROR(CheckEtag(change.etag, refund->version));
    const std::int64_t order_version = order->version;
    RETURN_IF_ERROR(step(tx, order, refund));
    if (order->version != order_version) RETURN_IF_ERROR(tx.orders().Update(order));
    RETURN_IF_ERROR(tx.refunds().Update(refund));
    return refund.fields();
  };
  ASSIGN_OR_RETURN(RefundFields fields,
                   ExecuteIdempotently<RefundFields>(store, context, call, now, apply_step));
  return Refund(std::move(fields));
}

}  // namespace keelson
