#include "adapters/grpc/rpc_service.h"

#include "core/common/strings.h"

namespace keelson {

void RpcService::AddMethod(std::string_view name, Access access, Workload work,
                           const google::protobuf::Message& request,
                           const google::protobuf::Message& response, Method::Handler handler) {
  const int index = static_cast<int>(methods_.size());
  const Method& method = methods_.emplace_back(
      Method{StrCat("/", this->name(), "/", name), access, work, &request, &response, std::move(handler)});
  grpc::Service::AddMethod(new grpc::internal::RpcServiceMethod(
      method.path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
  MarkMethodRaw(index);
}

}  // namespace keelson
