#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "app/config/indirection.h"
#include "app/config/schema.h"
#include "app/config/toml.h"

namespace keelson {

// Receives an error: the line in the TOML source, the invalid key or element ("auth.clients[0].roles"), and
// the violated rule, which starts with a verb ("must be a string").
using ReportError = absl::FunctionRef<void(unsigned line, std::string_view key, std::string error)>;

// Reads `node` into the member of `config` that holds the key's value. If the value is invalid, reports an
// error and leaves the member unchanged.
void ReadValue(const Key& key, const toml::node& node, const Environment& environment, Config& config,
               ReportError report_error);

// Reads the text of an environment variable or of --set: as a TOML value if the parsed value has the key's
// type, otherwise as a string.
void ReadValueText(const Key& key, std::string_view text, const Environment& environment, Config& config,
                   ReportError report_error);

}  // namespace keelson
