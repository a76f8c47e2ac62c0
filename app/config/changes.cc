#include "app/config/changes.h"

#include <variant>

namespace keelson {

ConfigChanges CompareConfigs(const Schema& schema, Config current, Config loaded) {
  ConfigChanges changes;
  changes.config = current;
  for (const Key& key : schema.keys()) {
    std::visit(
        [&](const auto& member) {
          if (member(current) == member(loaded)) return;
          if (key.reloads) member(changes.config) = member(loaded);
          // The list names the key that was changed, and not the keys that inherit its value.
          if (schema.FollowsAnotherKey(key, current) && schema.FollowsAnotherKey(key, loaded)) return;
          (key.reloads ? changes.reloaded : changes.after_restart).push_back(key.name);
        },
        key.member);
  }
  return changes;
}

}  // namespace keelson
