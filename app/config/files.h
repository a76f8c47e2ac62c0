#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace keelson {

// What the file holds. INVALID_ARGUMENT, saying why without naming it, where it can't be read or holds more.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t max_bytes);

}  // namespace keelson
