#include "app/config/changes.h"

#include <utility>
#include <variant>

namespace keelson {

ConfigChanges CompareConfigs(const Schema& schema, Config current, Config loaded) {
  ConfigChanges changes;
  for (const Key& key : schema.keys()) {
    std::visit(
        [&](auto place) {
          if (place(current) == place(loaded)) return;
          (key.reloads ? changes.reloaded : changes.after_restart).push_back(key.name);
          if (key.reloads) place(current) = place(loaded);
        },
        key.place);
  }
  changes.config = std::move(current);
  return changes;
}

}  // namespace keelson
