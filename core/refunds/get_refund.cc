#include "core/refunds/get_refund.h"

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_change.h"
#include "core/refunds/refund_repository.h"
#include "core/store/list_query.h"

namespace keelson {
namespace {

// Returns `filter` for the refunds of each order that has one of the references. Returns no filter if no
// order has a reference, or if `filter` names another order.
absl::StatusOr<std::vector<RefundFilter>> WithOrdersOf(ReadTransaction& tx,
                                                       const std::vector<std::string>& references,
                                                       const RefundFilter& filter) {
  std::vector<RefundFilter> filters;
  for (const std::string& reference : references) {
    ASSIGN_OR_RETURN(const std::optional<Order> order, tx.orders().FindByReference(reference));
    if (!order || (filter.order_id && *filter.order_id != (*order)->id)) continue;
    filters.push_back(filter);
    filters.back().order_id = (*order)->id;
  }
  return filters;
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
  const std::vector<std::string> payments =
      ReferenceForms("payment_reference", query.payment_reference, kMaxPaymentReference, errors);
  const std::vector<std::string> order_references =
      ReferenceForms("order_reference", query.order_reference, kMaxOrderReference, errors);
  filter.label = CheckLabel("label", query.label, errors);
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter list;
  list(std::string("refunds")), list(filter.order_id), list(filter.user_id), list(filter.states);
  list(filter.created_from), list(filter.created_before);
  // Only if set, so that the page tokens of earlier versions stay valid.
  if (!query.payment_reference.empty()) list(std::string("payment")), list(query.payment_reference);
  if (!query.order_reference.empty()) list(std::string("reference")), list(query.order_reference);
  if (filter.label) list(std::string("label")), list(filter.label);
  return ReadPage(
      store_, context, page_tokens_, list.Take(), query.page_token, page_size, &RefundPage::refunds,
      [&](ReadTransaction& tx, std::optional<ListPosition> before,
          int limit) -> absl::StatusOr<std::vector<Refund>> {
        std::vector<RefundFilter> filters = {filter};
        if (!query.order_reference.empty()) {
          ASSIGN_OR_RETURN(filters, WithOrdersOf(tx, order_references, filter));
        }
        filters = WithEachForm(filters, &RefundFilter::payment_reference, payments);
        return ReadLists(filters, limit,
                         [&](const RefundFilter& each) { return tx.refunds().List(each, before, limit); });
      });
}

}  // namespace keelson
