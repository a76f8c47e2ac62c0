#include "adapters/grpc/rpc_service.h"

#include "core/common/strings.h"

namespace keelson {

void RpcService::AddMethod(std::string_view name, Method method) {
  const int index = static_cast<int>(methods_.size());
  method.path = StrCat("/", this->name(), "/", name);
  const Method& added = methods_.emplace_back(std::move(method));
  grpc::Service::AddMethod(new grpc::internal::RpcServiceMethod(
      added.path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
  MarkMethodRaw(index);
}

}  // namespace keelson
