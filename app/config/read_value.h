#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "app/config/indirection.h"
#include "app/config/schema.h"
#include "app/config/toml.h"

namespace keelson {

// Takes a mistake: the line in the TOML source, the key or the part of it that is mistaken
// ("auth.clients[0].roles"), and what is wrong, as a predicate.
using Report = absl::FunctionRef<void(unsigned line, std::string_view key, std::string what)>;

// Reads `node` as the key's value into its place; where it is mistaken, reports that and leaves the place.
void ReadValue(const Key& key, const toml::node& node, const Environment& environment, Config& config,
               Report report);

// Reads text from outside TOML: as TOML where it is TOML of the key's type, else as a string.
void ReadValueText(const Key& key, std::string_view text, const Environment& environment, Config& config,
                   Report report);

}  // namespace keelson
