#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// Explains why listening on `address` ("host:port", from the configuration key `key`) failed. Tries to listen
// again, because gRPC does not report the cause. UNAVAILABLE for a temporary cause: a port in use, an address
// that no interface has yet, a DNS server that does not respond. INVALID_ARGUMENT for any other cause.
absl::Status ExplainListenFailure(std::string_view key, std::string_view address);

}  // namespace keelson
