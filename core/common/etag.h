#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// Returns the etag for an entity's version. The version changes with every update.
std::string EtagOf(std::int64_t version);

// OK if `etag` is empty or the etag of `version`; otherwise ABORTED (ETAG_MISMATCH) with the current etag.
absl::Status CheckEtag(std::string_view etag, std::int64_t version);

}  // namespace keelson
