#include "core/orders/get_order.h"

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/orders/order_repository.h"
#include "core/store/list_query.h"

namespace keelson {
namespace {

// `key` names the key that `find` uses, for the error message.
absl::StatusOr<Order> Read(Store& store, const CallContext& context, std::string_view key,
                           absl::FunctionRef<Found<Order>(OrderReader&)> find) {
  std::optional<Order> order;
  const absl::Status status = store.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(order, find(tx.orders()));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  if (!order) return MakeError(Reason::kOrderNotFound, StrCat("no order has this ", key));
  return *std::move(order);
}

}  // namespace

absl::StatusOr<Order> GetOrder::ById(const CallContext& context, std::string_view id) {
  const std::optional<OrderId> order_id = OrderId::Parse(id);
  if (!order_id) return FieldErrors().Add("id", InvalidId<OrderKind>()).ToStatus();
  return Read(store_, context, "id", [&](OrderReader& orders) { return orders.Find(*order_id); });
}

absl::StatusOr<Order> GetOrder::ByReference(const CallContext& context, std::string_view reference) {
  FieldErrors errors;
  const std::string normal = NormalizedReference("reference", reference, kMaxOrderReference, errors);
  if (reference.empty()) errors.Add("reference", "is required");
  if (!errors.empty()) return errors.ToStatus();
  return Read(store_, context, "reference", [&](OrderReader& orders) -> Found<Order> {
    ASSIGN_OR_RETURN(std::optional<Order> order, orders.FindByReference(normal));
    // Earlier versions stored references as sent.
    if (order || normal == reference) return order;
    return orders.FindByReference(reference);
  });
}

absl::StatusOr<OrderPage> ListOrders::Handle(const CallContext& context, const ListOrdersQuery& query) {
  FieldErrors errors;
  OrderFilter filter;
  const int page_size = CheckPageSize(query.page_size, errors);
  filter.user_id = CheckOptionalId<UserKind>("user_id", query.user_id, errors);
  filter.states = query.states;
  filter.created_from = WholeMicros(query.created_from);
  filter.created_before = WholeMicros(query.created_before);
  const std::vector<std::string> references =
      ReferenceForms("reference", query.reference, kMaxOrderReference, errors);
  const std::vector<std::string> payments =
      ReferenceForms("payment_reference", query.payment_reference, kMaxPaymentReference, errors);
  filter.label = CheckLabel("label", query.label, errors);
  filter.refund_statuses = query.refund_statuses;
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter list;
  list(std::string("orders")), list(filter.user_id), list(filter.states);
  list(filter.created_from), list(filter.created_before);
  // Only if set, so that the page tokens of earlier versions stay valid.
  if (!query.reference.empty()) list(std::string("reference")), list(query.reference);
  if (!query.payment_reference.empty()) list(std::string("payment")), list(query.payment_reference);
  if (!filter.refund_statuses.empty()) list(std::string("statuses")), list(filter.refund_statuses);
  if (filter.label) list(std::string("label")), list(filter.label);
  const std::vector<OrderFilter> filters =
      WithEachForm(WithEachForm<OrderFilter>({filter}, &OrderFilter::reference, references),
                   &OrderFilter::payment_reference, payments);
  return ReadPage(store_, context, page_tokens_, list.Take(), query.page_token, page_size, &OrderPage::orders,
                  [&](ReadTransaction& tx, std::optional<ListPosition> before, int limit) {
                    return ReadLists(filters, limit, [&](const OrderFilter& each) {
                      return tx.orders().List(each, before, limit);
                    });
                  });
}

}  // namespace keelson
