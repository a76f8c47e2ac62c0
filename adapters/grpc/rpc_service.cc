#include "adapters/grpc/rpc_service.h"

#include "core/common/strings.h"

namespace keelson {

void RpcService::ListCalls(std::vector<CallStatistics>& calls) const {
  for (const Method& method : methods_) {
    CallStatistics& statistics = calls.emplace_back();
    statistics.service = name();
    statistics.method = method.name().substr(name().size() + 1);
    statistics.type = method.streams() ? "client_stream" : "unary";
    method.counters->CopyTo(statistics);
  }
}

void RpcService::AddMethod(std::string_view name, Method method) {
  const int index = static_cast<int>(methods_.size());
  method.path = StrCat("/", this->name(), "/", name);
  const Method& added = methods_.emplace_back(std::move(method));
  grpc::Service::AddMethod(new grpc::internal::RpcServiceMethod(
      added.path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
  MarkMethodRaw(index);
}

}  // namespace keelson
