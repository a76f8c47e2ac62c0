#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/grpc/open_service.h"

namespace keelson {

// Server reflection in both versions, grpc.reflection.v1 and v1alpha, which differ only in their names. Both
// list `services`, the health service and the two reflection services. The returned services must be
// registered before the server starts, and must outlive the server.
std::vector<std::unique_ptr<OpenService>> MakeReflectionServices(std::vector<std::string> services);

}  // namespace keelson
