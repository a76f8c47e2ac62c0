#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <vector>

namespace keelson {

// Server reflection of both versions, grpc.reflection.v1 and v1alpha, which differ in their names alone. They
// list `services`, health and themselves. Set up before the server starts; the services outlive the server.
std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(std::vector<std::string> services);

}  // namespace keelson
