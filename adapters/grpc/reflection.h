#pragma once

#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.pb.h"

namespace keelson {

// Returns the server reflection response to one request: file descriptors from this process's descriptor pool
// with their dependencies, or the names of `services`. For an unknown name, an error_response with the code
// NOT_FOUND.
grpc::reflection::v1::ServerReflectionResponse Reflect(
    const grpc::reflection::v1::ServerReflectionRequest& request, const std::vector<std::string>& services);

}  // namespace keelson
