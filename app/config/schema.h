// The schema lists all configuration keys. The configuration is loaded, checked and printed by this list, and
// the configuration reference is generated from it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "app/config/adapter_table.h"
#include "app/config/checks.h"
#include "app/config/config.h"

namespace keelson {

// Refers to the member of Config that holds a key's value. The member's type is the key's type.
template <typename T>
using MemberOf = std::function<T&(Config&)>;
using MemberRef = std::variant<MemberOf<std::string>, MemberOf<bool>, MemberOf<int>, MemberOf<std::int64_t>,
                               MemberOf<double>, MemberOf<absl::Duration>, MemberOf<ByteSize>,
                               MemberOf<std::vector<std::string>>, MemberOf<std::set<OrderState>>,
                               MemberOf<std::map<Currency, std::int64_t>>, MemberOf<std::vector<AuthClient>>>;

struct Key {
  // The key's full name, which includes its sections: "store.sqlite.path".
  std::string name;
  MemberRef member;
  // The text in the configuration reference: a phrase without a final period.
  std::string_view description;
  // Inclusive bounds, in the notation of the value ("1m"); empty: no bounds.
  std::string_view min = {};
  std::string_view max = {};
  // Allowed values of a string, or of each string in a list; empty: all values are allowed.
  std::vector<std::string> choices = {};
  // True if the value must never be printed.
  bool secret = false;
  // The key whose value this key has if it is not set; empty if the key has a default of its own.
  std::string inherits = {};
  // True if a running service can reload the key; otherwise a change requires a restart.
  bool reloads = false;
  // Only for a string that an earlier version had: the list that replaces this key. LoadConfig moves the
  // value to the list as its only entry, and the output of `config` omits this key. Empty: the key is
  // current.
  std::string replaced_by = {};

  // The two parts of the name: "store.sqlite.path" has the section "store.sqlite" and the leaf "path".
  std::string_view section() const;
  std::string_view leaf() const;
};

class Schema {
 public:
  explicit Schema(const AdapterTable& adapters);

  // The keys of one section are adjacent.
  const std::vector<Key>& keys() const { return keys_; }
  const std::vector<ConfigCheck>& checks() const { return checks_; }
  // Checks whose result depends on this machine (see ConfigSection::machine_checks).
  const std::vector<ConfigCheck>& machine_checks() const { return machine_checks_; }
  // Returns the key, or null if it is unknown.
  const Key* Find(std::string_view name) const;
  bool HasSection(std::string_view name) const;
  // Gives each key that inherits, and for which `is_set` returns false, the value of the key that it inherits
  // from.
  void Inherit(Config& config, absl::FunctionRef<bool(const Key&)> is_set) const;
  // Whether the key inherits from another key and has that key's value in `config`.
  bool FollowsAnotherKey(const Key& key, Config& config) const;
  // Returns the known key or section that is most similar to `name`; empty if none is similar.
  std::string NearestTo(std::string_view name) const;

 private:
  void AddKeys(const AdapterTable& adapters);
  void AddChecks(const AdapterTable& adapters);

  std::vector<Key> keys_;
  std::vector<ConfigCheck> checks_;
  std::vector<ConfigCheck> machine_checks_;
};

// Returns the name of the environment variable that overrides the key: "KEELSON_STORE__SQLITE__PATH".
std::string EnvironmentName(const Key& key);

}  // namespace keelson
