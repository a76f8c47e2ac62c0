#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keelson {

using Environment = std::map<std::string, std::string>;

// "env:NAME" stands for the variable and "file:/path" for the file's content, so that secrets can lie outside
// the configuration.
bool IsIndirect(std::string_view text);

// What an indirect text stands for, a file's last line break left out; any other text itself.
// INVALID_ARGUMENT, saying which variable or file is missing.
absl::StatusOr<std::string> Resolve(std::string_view text, const Environment& environment);

}  // namespace keelson
