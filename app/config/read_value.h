#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "app/config/indirection.h"
#include "app/config/schema.h"
#include "app/config/toml.h"

namespace keelson {

// Receives an error: the line in the TOML source, the key or the part of it that is invalid
// ("auth.clients[0].roles"), and the rule as a predicate.
using ReportError = absl::FunctionRef<void(unsigned line, std::string_view key, std::string error)>;

// Reads `node` into the key's member. An invalid value is reported and leaves the member unchanged.
void ReadValue(const Key& key, const toml::node& node, const Environment& environment, Config& config,
               ReportError report_error);

// Reads a value from the environment or the command line: as TOML if it is TOML of the key's type, otherwise
// as a string.
void ReadValueText(const Key& key, std::string_view text, const Environment& environment, Config& config,
                   ReportError report_error);

}  // namespace keelson
