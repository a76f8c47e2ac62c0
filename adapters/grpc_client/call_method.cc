#include "adapters/grpc_client/call_method.h"

#include <algorithm>
#include <memory>

#include "adapters/grpc_client/contract.h"
#include "adapters/grpc_client/exchange.h"
#include "adapters/grpc_client/json.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "google/protobuf/descriptor.h"

namespace keelson {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

const MethodDescriptor& FindMethod(std::string name) {
  std::replace(name.begin(), name.end(), '/', '.');
  return *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
}

}  // namespace

absl::StatusOr<CallResult> CallMethod(const MethodCall& call,
                                      const std::function<void(const std::string& json)>& print) {
  ASSIGN_OR_RETURN(const std::string name, ResolveMethod(call.method));
  const MethodDescriptor& method = FindMethod(name);
  const std::unique_ptr<Message> request = NewMessage(method.input_type());
  RETURN_IF_ERROR(ParseJson(call.request, *request));
  const std::unique_ptr<Message> response = NewMessage(method.output_type());
  int responses = 0;
  bool valid = true;
  ASSIGN_OR_RETURN(grpc::Status status, Exchange(call.connection, StrCat("/", name),
                                                 request->SerializeAsString(), [&](const std::string& bytes) {
                                                   ++responses;
                                                   valid = valid && response->ParseFromString(bytes);
                                                   if (valid) print(FormatJson(*response));
                                                 }));
  if (status.ok() && !valid) {
    status = {grpc::StatusCode::INTERNAL,
              StrCat("a response can't be parsed as ", method.output_type()->full_name())};
  }
  if (status.ok() && responses == 0 && !method.server_streaming()) {
    status = {grpc::StatusCode::INTERNAL, "the server returned OK without a response"};
  }
  if (status.ok()) return CallResult{};
  return CallResult{static_cast<absl::StatusCode>(status.error_code()),
                    ExplainFailure(call.connection, name, status)};
}

}  // namespace keelson
