#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// Why nothing can listen on `address` ("host:port"), which the configuration's `key` holds; found by trying
// again, since the library doesn't tell. UNAVAILABLE for a cause that may pass by itself: a port in use, an
// address that no interface has yet, a name server that does not respond. INVALID_ARGUMENT for the others.
absl::Status ExplainListenFailure(std::string_view key, std::string_view address);

}  // namespace keelson
