#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace keelson {

// Returns the content of the file. INVALID_ARGUMENT if the file cannot be read or is larger than `max_bytes`;
// the error message starts with a verb ("can't be read: ..."), so that it can follow the file's name.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t max_bytes);

}  // namespace keelson
