#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <vector>

namespace keelson {

// Server reflection in both versions, grpc.reflection.v1 and v1alpha, which differ only in their names. Both
// list `services`, the health service and the two reflection services. The returned services must be
// registered before the server starts, and must outlive the server.
std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(std::vector<std::string> services);

}  // namespace keelson
