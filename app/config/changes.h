// The changed keys between two configurations, grouped by whether a reload or a restart applies them.
#pragma once

#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/config/schema.h"

namespace keelson {

struct ConfigChanges {
  // The current configuration with the new values of the keys in `reloaded`.
  Config config;
  // Changed keys that take effect at a reload. A key that inherits is listed only if its value differs from
  // the value of the key that it inherits from, before or after the change.
  std::vector<std::string> reloaded;
  // Changed keys that take effect after a restart.
  std::vector<std::string> after_restart;
};

ConfigChanges CompareConfigs(const Schema& schema, Config current, Config loaded);

}  // namespace keelson
