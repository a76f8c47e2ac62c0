#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "google/protobuf/text_format.h"
#include "keelson/accounts/v1/accounts.grpc.pb.h"
#include "keelson/ledger/v1/ledger.grpc.pb.h"
#include "keelson/notifications/v1/notifications.grpc.pb.h"
#include "keelson/orders/v1/orders.grpc.pb.h"
#include "keelson/refunds/v1/refunds.grpc.pb.h"
#include "keelson/sessions/v1/sessions.grpc.pb.h"
#include "tests/e2e/support/call_result.h"

namespace keelson::e2e {

using Accounts = accounts::v1::AccountService::StubInterface;
using Sessions = sessions::v1::SessionService::StubInterface;
using Orders = orders::v1::OrderService::StubInterface;
using Refunds = refunds::v1::RefundService::StubInterface;
using Ledger = ledger::v1::LedgerService::StubInterface;
using Notifications = notifications::v1::NotificationService::StubInterface;

// Parses a message in Protobuf's text format. Aborts on a syntax error, because the test is then wrong.
template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  if (!google::protobuf::TextFormat::ParseFromString(text, &message)) std::abort();
  return message;
}

// A client of the service with its own connection. Calls block. Thread-safe.
class Client {
 public:
  explicit Client(const std::string& target, std::chrono::milliseconds patience = kPatience);

  // Sends the bearer token `token` with all later calls. Not thread-safe.
  void Authorize(const std::string& token) { authorization_ = "Bearer " + token; }

  // Calls a method with a request in text format: client(&Accounts::GetUser, "id: 'user_…'").
  template <typename Service, typename Request, typename Response>
  CallResult<Response> operator()(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                                                  Response*),
                                  const std::string& request) const {
    return (*this)(method, FromText<Request>(request));
  }

  template <typename Service, typename Request, typename Response>
  CallResult<Response> operator()(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                                                  Response*),
                                  const std::type_identity_t<Request>& request,
                                  const std::string& request_id = "") const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience_);
    if (!request_id.empty()) context.AddMetadata("x-request-id", request_id);
    if (!authorization_.empty()) context.AddMetadata("authorization", authorization_);
    CallResult<Response> result;
    result.status = (*std::get<std::unique_ptr<Service>>(stubs_).*method)(&context, request, &result.value);
    result.correlation_id = CorrelationId(context);
    return result;
  }

  // Calls "/package.Service/Method" with a serialized request; returns the serialized response.
  CallResult<std::string> Raw(const std::string& path, const std::string& request) const;
  // Returns "SERVING" or "NOT_SERVING", or the status code if the health check fails. An empty `service`
  // means the whole server.
  std::string Health(const std::string& service = "") const;
  // Calls `seen` with the current health, and again after each change. Blocks until the server ends the
  // stream.
  void WatchHealth(const std::function<void(const std::string&)>& seen) const;

 private:
  static constexpr std::chrono::seconds kPatience{25};
  static std::string CorrelationId(const grpc::ClientContext& context);

  std::chrono::milliseconds patience_;
  std::string authorization_;
  std::shared_ptr<grpc::Channel> channel_;
  std::tuple<std::unique_ptr<Accounts>, std::unique_ptr<Sessions>, std::unique_ptr<Orders>,
             std::unique_ptr<Refunds>, std::unique_ptr<Ledger>, std::unique_ptr<Notifications>>
      stubs_;
};

}  // namespace keelson::e2e
