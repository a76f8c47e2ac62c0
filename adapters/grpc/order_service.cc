#include "adapters/grpc/services.h"
#include "adapters/grpc/translate.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

namespace api = orders::v1;

CreateOrderCommand::Line LineFromProto(api::OrderLine& line) {
  CreateOrderCommand::Line out;
  out.line_id = std::move(*line.mutable_line_id());
  out.sku = std::move(*line.mutable_sku());
  out.title = std::move(*line.mutable_title());
  out.quantity = line.quantity();
  if (line.has_unit_price()) out.unit_price = FromProto(line.unit_price());
  if (line.has_discount()) out.discount = FromProto(line.discount());
  if (line.has_tax()) out.tax = FromProto(line.tax());
  if (line.has_total()) out.total = FromProto(line.total());
  out.refunded_quantity = line.refunded_quantity();
  if (line.has_refunded()) out.refunded = FromProto(line.refunded());
  if (line.has_withheld()) out.withheld = FromProto(line.withheld());
  return out;
}

CreateOrderCommand CommandOf(api::CreateOrderRequest& request) {
  CreateOrderCommand command;
  command.request_id = std::move(*request.mutable_request_id());
  command.user_id = std::move(*request.mutable_user_id());
  command.lines.reserve(static_cast<std::size_t>(request.lines_size()));
  for (api::OrderLine& line : *request.mutable_lines()) command.lines.push_back(LineFromProto(line));
  if (request.has_shipping()) command.shipping = FromProto(request.shipping());
  command.reference = std::move(*request.mutable_reference());
  command.labels = FromProto(request.labels());
  return command;
}

PayOrderCommand CommandOf(api::PayOrderRequest& request) {
  PayOrderCommand command;
  command.request_id = std::move(*request.mutable_request_id());
  command.id = std::move(*request.mutable_id());
  if (request.has_amount()) command.amount = FromProto(request.amount());
  command.payment_provider = request.payment().provider();
  command.payment_reference = request.payment().provider_reference();
  command.etag = std::move(*request.mutable_etag());
  return command;
}

// Translates the requests of ShipOrder and DeliverOrder.
template <typename Request>
OrderStepCommand CommandOf(Request& request) {
  return {std::move(*request.mutable_request_id()), std::move(*request.mutable_id()),
          std::move(*request.mutable_etag())};
}

CancelOrderCommand CommandOf(api::CancelOrderRequest& request) {
  return {std::move(*request.mutable_request_id()), std::move(*request.mutable_id()),
          std::move(*request.mutable_reason()), std::move(*request.mutable_etag())};
}

template <typename Response>
absl::Status Show(const absl::StatusOr<Order>& order, Response& response) {
  if (order.ok()) ToProto(*order, *response.mutable_order());
  return order.status();
}

absl::Status Get(GetOrder& use_case, const CallContext& context, const api::GetOrderRequest& request,
                 api::GetOrderResponse& response) {
  switch (request.key_case()) {
    case api::GetOrderRequest::kId:
      return Show(use_case.ById(context, request.id()), response);
    case api::GetOrderRequest::kReference:
      return Show(use_case.ByReference(context, request.reference()), response);
    case api::GetOrderRequest::KEY_NOT_SET:
      break;
  }
  return FieldErrors().Add("id", "either id or reference is required").ToStatus();
}

absl::Status List(ListOrders& use_case, const CallContext& context, api::ListOrdersRequest& request,
                  api::ListOrdersResponse& response) {
  ListOrdersQuery query;
  FieldErrors errors = ListFromProto(request, api::OrderState_IsValid, query);
  query.refund_statuses = StatesFromProto<RefundStatus>(request.refund_statuses(), api::RefundStatus_IsValid,
                                                        "refund_statuses", errors);
  if (!errors.empty()) return errors.ToStatus();
  query.user_id = std::move(*request.mutable_user_id());
  query.reference = std::move(*request.mutable_reference());
  query.payment_reference = std::move(*request.mutable_payment_reference());
  if (request.has_label()) query.label = FromProto(request.label());

  ASSIGN_OR_RETURN(OrderPage page, use_case.Handle(context, query));
  for (const Order& order : page.orders) ToProto(order, *response.add_orders());
  response.set_next_page_token(std::move(page.next_page_token));
  return absl::OkStatus();
}

// Adds a write method whose use case handles a command and returns the order.
template <typename Request, typename Response, typename UseCase>
void AddWrite(RpcService& service, std::string_view name, UseCase& use_case) {
  service.AddMethod<Request, Response>(
      name, Access::kWrite, Workload::kWrite,
      [&use_case](const CallContext& context, Request& request, Response& response) {
        return Show(use_case.Handle(context, CommandOf(request)), response);
      });
}

}  // namespace

std::unique_ptr<RpcService> MakeOrderService(UseCases& use_cases) {
  auto service =
      std::make_unique<RpcService>(api::Order::descriptor()->file()->FindServiceByName("OrderService"));
  AddWrite<api::CreateOrderRequest, api::CreateOrderResponse>(*service, "CreateOrder",
                                                              use_cases.create_order);
  service->AddMethod<api::GetOrderRequest, api::GetOrderResponse>(
      "GetOrder", Access::kRead, Workload::kRead,
      [&call = use_cases.get_order](const CallContext& context, api::GetOrderRequest& request,
                                    api::GetOrderResponse& response) {
        return Get(call, context, request, response);
      });
  service->AddMethod<api::ListOrdersRequest, api::ListOrdersResponse>(
      "ListOrders", Access::kRead, Workload::kList,
      [&call = use_cases.list_orders](const CallContext& context, api::ListOrdersRequest& request,
                                      api::ListOrdersResponse& response) {
        return List(call, context, request, response);
      });
  AddWrite<api::PayOrderRequest, api::PayOrderResponse>(*service, "PayOrder", use_cases.pay_order);
  AddWrite<api::ShipOrderRequest, api::ShipOrderResponse>(*service, "ShipOrder", use_cases.ship_order);
  AddWrite<api::DeliverOrderRequest, api::DeliverOrderResponse>(*service, "DeliverOrder",
                                                                use_cases.deliver_order);
  AddWrite<api::CancelOrderRequest, api::CancelOrderResponse>(*service, "CancelOrder",
                                                              use_cases.cancel_order);
  return service;
}

}  // namespace keelson
