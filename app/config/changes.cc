#include "app/config/changes.h"

#include <utility>
#include <variant>

namespace keelson {

ConfigChanges CompareConfigs(const Schema& schema, Config current, Config loaded) {
  ConfigChanges changes;
  for (const Key& key : schema.keys()) {
    std::visit(
        [&](const auto& member) {
          if (member(current) == member(loaded)) return;
          (key.reloads ? changes.reloaded : changes.after_restart).push_back(key.name);
          if (key.reloads) member(current) = member(loaded);
        },
        key.member);
  }
  changes.config = std::move(current);
  return changes;
}

}  // namespace keelson
