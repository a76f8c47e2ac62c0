#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// What callers see of an entity's version; it changes with every write.
std::string EtagOf(std::int64_t version);

// OK where `etag` is empty or of this version; else ABORTED (ETAG_MISMATCH) with the current one.
absl::Status CheckEtag(std::string_view etag, std::int64_t version);

}  // namespace keelson
