#pragma once

#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.pb.h"

namespace keelson {

// What server reflection responds to one request: descriptors of this process's pool, with those that they
// depend on, or the names of `services`. An unknown name becomes an error_response of the code NOT_FOUND.
grpc::reflection::v1::ServerReflectionResponse Reflect(
    const grpc::reflection::v1::ServerReflectionRequest& request, const std::vector<std::string>& services);

}  // namespace keelson
