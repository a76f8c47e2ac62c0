#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// UNAVAILABLE with the reason why nothing can listen on `address` ("host:port"), found by trying again, since
// the library doesn't tell. For an address that is none, INVALID_ARGUMENT.
absl::Status ExplainListenFailure(std::string_view address);

}  // namespace keelson
