// The schema: the single list of configuration keys, used for loading, checking, printing and the reference.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

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
  // Full name with its sections: "store.sqlite.path".
  std::string name;
  MemberRef member;
  // Shown in the configuration reference, as a phrase.
  std::string_view description;
  // Inclusive bounds, in the notation of the value; empty: none.
  std::string_view min = {};
  std::string_view max = {};
  // Allowed values of a string, or of each string in a list; empty: any.
  std::vector<std::string> choices = {};
  // The value is never printed.
  bool secret = false;
  // A change takes effect when a running service reloads its configuration.
  bool reloads = false;

  // "store.sqlite" and "path".
  std::string_view section() const;
  std::string_view leaf() const;
};

class Schema {
 public:
  explicit Schema(const AdapterTable& adapters);

  // The keys of one section are adjacent.
  const std::vector<Key>& keys() const { return keys_; }
  const std::vector<ConfigCheck>& checks() const { return checks_; }
  // Checks that depend on this machine (ConfigSection::machine_checks).
  const std::vector<ConfigCheck>& machine_checks() const { return machine_checks_; }
  // Null if the key is unknown.
  const Key* Find(std::string_view name) const;
  bool HasSection(std::string_view name) const;
  // The most similar known key or section; empty if none is similar.
  std::string NearestTo(std::string_view name) const;

 private:
  void AddKeys(const AdapterTable& adapters);
  void AddChecks(const AdapterTable& adapters);

  std::vector<Key> keys_;
  std::vector<ConfigCheck> checks_;
  std::vector<ConfigCheck> machine_checks_;
};

// "KEELSON_STORE__SQLITE__PATH": the variable that overrides the key.
std::string EnvironmentName(const Key& key);

}  // namespace keelson
