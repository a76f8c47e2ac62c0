#pragma once

#include <string>

#include "app/config/load.h"
#include "app/config/schema.h"

namespace keelson {

// Returns a TOML file that sets every key except auth.clients to its default, with the key's description and
// bounds as comments.
std::string ConfigReference(const Schema& schema);

// Returns every key with its effective value and its source, as TOML. Secrets are replaced with kHidden.
std::string ShowConfig(const Schema& schema, const LoadedConfig& loaded);

}  // namespace keelson
