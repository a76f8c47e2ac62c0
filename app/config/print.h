#pragma once

#include <string>

#include "app/config/load.h"
#include "app/config/schema.h"

namespace keelson {

// Every key with its description, bounds and default, as a TOML file that sets the defaults.
std::string ConfigReference(const Schema& schema);

// Every key with its effective value and its source, as TOML. Secrets are hidden.
std::string ShowConfig(const Schema& schema, const LoadedConfig& loaded);

}  // namespace keelson
