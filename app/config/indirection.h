#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keelson {

using Environment = std::map<std::string, std::string>;

// Whether `text` is "env:NAME" (value of an environment variable) or "file:/path" (content of a file). These
// references keep secrets out of the configuration file.
bool IsIndirect(std::string_view text);

// Resolves an indirect text; returns any other text unchanged. The final line break of a file is removed.
// INVALID_ARGUMENT with the name of the variable or file that is missing. Blocks on files.
absl::StatusOr<std::string> Resolve(std::string_view text, const Environment& environment);

}  // namespace keelson
