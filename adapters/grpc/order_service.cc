#include <span>

#include "adapters/grpc/import_failures.h"
#include "adapters/grpc/refund_scope.h"
#include "adapters/grpc/services.h"
#include "adapters/grpc/translate.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

namespace api = orders::v1;

// References have at most 100 characters of at most 4 bytes.
constexpr std::size_t kMaxReferenceBytes = 400;

OrderInput::Line LineFromProto(api::OrderLine& line) {
  OrderInput::Line out;
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

// Translates the fields that CreateOrder and ImportOrders share, except the reference.
template <typename Request>
void SetContents(Request& request, OrderInput& out) {
  out.lines.reserve(static_cast<std::size_t>(request.lines_size()));
  for (api::OrderLine& line : *request.mutable_lines()) out.lines.push_back(LineFromProto(line));
  if (request.has_shipping()) out.shipping = FromProto(request.shipping());
  out.labels = FromProto(request.labels());
}

CreateOrderCommand CommandOf(api::CreateOrderRequest& request) {
  CreateOrderCommand command;
  command.request_id = std::move(*request.mutable_request_id());
  command.user_id = std::move(*request.mutable_user_id());
  SetContents(request, command);
  command.reference = std::move(*request.mutable_reference());
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

OrderRecord::Refund RefundOf(api::ImportedRefund& refund, const std::string& field, FieldErrors& errors) {
  OrderRecord::Refund out;
  out.scope = ScopeFromProto(*refund.mutable_scope());
  out.reason.reset();
  if (refunds::v1::RefundReason_IsValid(refund.reason())) {
    out.reason = static_cast<RefundReason>(refund.reason());
  }
  out.note = std::move(*refund.mutable_note());
  if (refund.has_create_time()) {
    out.create_time = FromProto(refund.create_time(), field + ".create_time", errors);
  }
  if (refund.has_settle_time()) {
    out.settle_time = FromProto(refund.settle_time(), field + ".settle_time", errors);
  }
  out.provider_reference = std::move(*refund.mutable_provider_reference());
  out.payment_id = std::move(*refund.mutable_payment_id());
  return out;
}

OrderRecord::Payment PaymentOf(api::ImportedPayment& payment, const std::string& field, FieldErrors& errors) {
  OrderRecord::Payment out;
  out.provider = std::move(*payment.mutable_payment()->mutable_provider());
  out.reference = std::move(*payment.mutable_payment()->mutable_provider_reference());
  if (payment.has_amount()) out.amount = FromProto(payment.amount());
  if (payment.has_pay_time()) out.pay_time = FromProto(payment.pay_time(), field + ".pay_time", errors);
  return out;
}

void SetTimes(const api::ImportOrdersRequest& request, OrderRecord& record) {
  FieldErrors& errors = record.errors;
  if (request.has_create_time()) {
    record.create_time = FromProto(request.create_time(), "create_time", errors);
  }
  if (request.has_pay_time()) record.pay_time = FromProto(request.pay_time(), "pay_time", errors);
  if (request.has_ship_time()) record.ship_time = FromProto(request.ship_time(), "ship_time", errors);
  if (request.has_deliver_time()) {
    record.deliver_time = FromProto(request.deliver_time(), "deliver_time", errors);
  }
  if (request.has_cancel_time()) {
    record.cancel_time = FromProto(request.cancel_time(), "cancel_time", errors);
  }
}

// Leaves the reference in the request, for the failures.
OrderRecord RecordOf(api::ImportOrdersRequest& request) {
  OrderRecord record;
  if (request.has_user_id()) record.user_id = std::move(*request.mutable_user_id());
  if (request.has_user_email()) record.user_email = std::move(*request.mutable_user_email());
  SetContents(request, record);
  record.reference = request.reference();
  if (request.state() != api::ORDER_STATE_UNSPECIFIED && api::OrderState_IsValid(request.state())) {
    record.state = static_cast<OrderState>(request.state());
  }
  SetTimes(request, record);
  record.payment_provider = std::move(*request.mutable_payment()->mutable_provider());
  record.payment_reference = std::move(*request.mutable_payment()->mutable_provider_reference());
  for (int i = 0; i < request.payments_size(); ++i) {
    record.payments.push_back(
        PaymentOf(*request.mutable_payments(i), StrCat("payments[", i, "]"), record.errors));
  }
  record.refunds.reserve(static_cast<std::size_t>(request.refunds_size()));
  for (int i = 0; i < request.refunds_size(); ++i) {
    record.refunds.push_back(
        RefundOf(*request.mutable_refunds(i), StrCat("refunds[", i, "]"), record.errors));
  }
  return record;
}

absl::Status Import(ImportOrders& use_case, const CallContext& context,
                    std::span<api::ImportOrdersRequest* const> requests,
                    api::ImportOrdersResponse& response) {
  std::vector<OrderRecord> records;
  records.reserve(requests.size());
  for (api::ImportOrdersRequest* request : requests) records.push_back(RecordOf(*request));
  ASSIGN_OR_RETURN(const OrderImportResult result, use_case.Handle(context, records));
  const std::int64_t first = response.imported() + response.existing() + response.failed();
  std::size_t bytes = response.ByteSizeLong();
  for (const ImportFailure& failure : result.failures) {
    const std::string& reference = requests[failure.index]->reference();
    const auto name_record = [&](api::ImportFailure& message) {
      if (reference.size() <= kMaxReferenceBytes) message.set_reference(reference);
    };
    AddFailure(first + static_cast<std::int64_t>(failure.index), failure.status, name_record, response,
               bytes);
  }
  response.set_imported(response.imported() + result.imported);
  response.set_existing(response.existing() + result.existing);
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
  service->AddClientStream<api::ImportOrdersRequest, api::ImportOrdersResponse>(
      "ImportOrders", Access::kAdminister, Workload::kWrite,
      [&call = use_cases.import_orders](
          const CallContext& context, std::span<api::ImportOrdersRequest* const> requests,
          api::ImportOrdersResponse& response) { return Import(call, context, requests, response); });
  return service;
}

}  // namespace keelson
