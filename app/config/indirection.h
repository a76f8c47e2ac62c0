#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keelson {

using Environment = std::map<std::string, std::string>;

// Returns true if `text` is a reference: "env:NAME" stands for the value of an environment variable, and
// "file:/path" for the content of a file. References keep secrets out of the configuration file.
bool IsIndirect(std::string_view text);

// Returns the value that a reference stands for; returns any other text unchanged. The final line break of a
// file is removed. Returns INVALID_ARGUMENT if the variable is not set or the file can't be read; the message
// starts with a verb, so that it can follow the name of a key. Blocks on files.
absl::StatusOr<std::string> Resolve(std::string_view text, const Environment& environment);

}  // namespace keelson
