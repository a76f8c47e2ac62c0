#include "core/refunds/get_refund.h"

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_change.h"
#include "core/refunds/refund_repository.h"
#include "core/store/list_query.h"

namespace keelson {
namespace {

// Lists the refunds of the order with the reference. Returns no refunds if no order has the reference, or if
// the filter names another order.
absl::StatusOr<std::vector<Refund>> ListOfReference(ReadTransaction& tx, std::string_view order_reference,
                                                    RefundFilter filter, std::optional<ListPosition> before,
                                                    int limit) {
  ASSIGN_OR_RETURN(const std::optional<Order> order, tx.orders().FindByReference(order_reference));
  if (!order || (filter.order_id && *filter.order_id != (*order)->id)) return std::vector<Refund>();
  filter.order_id = (*order)->id;
  return tx.refunds().List(filter, before, limit);
}

}  // namespace

absl::StatusOr<Refund> GetRefund::Handle(const CallContext& context, std::string_view id) {
  const std::optional<RefundId> refund_id = RefundId::Parse(id);
  if (!refund_id) return FieldErrors().Add("id", InvalidId<RefundKind>()).ToStatus();
  std::optional<Refund> refund;
  const absl::Status status = store_.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(refund, RequireRefund(tx.refunds().Find(*refund_id)));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return *std::move(refund);
}

absl::StatusOr<RefundPage> ListRefunds::Handle(const CallContext& context, const ListRefundsQuery& query) {
  FieldErrors errors;
  RefundFilter filter;
  const int page_size = CheckPageSize(query.page_size, errors);
  filter.order_id = CheckOptionalId<OrderKind>("order_id", query.order_id, errors);
  filter.user_id = CheckOptionalId<UserKind>("user_id", query.user_id, errors);
  filter.states = query.states;
  filter.created_from = WholeMicros(query.created_from);
  filter.created_before = WholeMicros(query.created_before);
  filter.payment_reference =
      NormalizedReference("payment_reference", query.payment_reference, kMaxPaymentReference, errors);
  const std::string order_reference =
      NormalizedReference("order_reference", query.order_reference, kMaxOrderReference, errors);
  filter.label = CheckLabel("label", query.label, errors);
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter list;
  list(std::string("refunds")), list(filter.order_id), list(filter.user_id), list(filter.states);
  list(filter.created_from), list(filter.created_before);
  // Only if set, so that the page tokens of earlier versions stay valid.
  if (!filter.payment_reference.empty()) list(std::string("payment")), list(filter.payment_reference);
  if (!order_reference.empty()) list(std::string("reference")), list(order_reference);
  if (filter.label) list(std::string("label")), list(filter.label);
  return ReadPage(
      store_, context, page_tokens_, list.Take(), query.page_token, page_size, &RefundPage::refunds,
      [&](ReadTransaction& tx, std::optional<ListPosition> before, int limit) {
        return order_reference.empty() ? tx.refunds().List(filter, before, limit)
                                       : ListOfReference(tx, order_reference, filter, before, limit);
      });
}

}  // namespace keelson
