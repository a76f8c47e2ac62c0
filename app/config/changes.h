// What differs between two configurations, and which of it a running service takes.
#pragma once

#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/config/schema.h"

namespace keelson {

struct ConfigChanges {
  // `current` with the changed keys that reload.
  Config config;
  // The names of these keys.
  std::vector<std::string> reloaded;
  // The names of changed keys that take effect after a restart.
  std::vector<std::string> after_restart;
};

ConfigChanges CompareConfigs(const Schema& schema, Config current, Config loaded);

}  // namespace keelson
