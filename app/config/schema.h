// Every key of the configuration: the one list that reading, checking, showing and the reference go by.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config/checks.h"
#include "app/config/config.h"

namespace keelson {

// A key's member of Config, and thereby its type.
template <typename T>
using MemberOf = T& (*)(Config&);
using MemberRef = std::variant<MemberOf<std::string>, MemberOf<bool>, MemberOf<int>, MemberOf<std::int64_t>,
                               MemberOf<double>, MemberOf<absl::Duration>, MemberOf<ByteSize>,
                               MemberOf<std::vector<std::string>>, MemberOf<std::set<OrderState>>,
                               MemberOf<std::map<Currency, std::int64_t>>, MemberOf<std::vector<AuthClient>>>;

struct Key {
  // With its sections: "store.sqlite.path".
  std::string name;
  MemberRef place;
  // For the operator, as a phrase.
  std::string_view description;
  // The bounds, written as a value is; empty: none.
  std::string_view least = {};
  std::string_view most = {};
  // What a string, or each of a list of strings, may be; empty: anything.
  std::vector<std::string> choices = {};
  // Never shown.
  bool secret = false;
  // A change takes effect when a running service reloads its configuration.
  bool reloads = false;

  // "store.sqlite" and "path".
  std::string_view section() const;
  std::string_view leaf() const;
};

// The adapters of this build, by the names that the configuration chooses them by.
struct AdapterNames {
  std::vector<std::string> stores;
  std::vector<std::string> email_providers;
  std::vector<std::string> payment_providers;
  // Checks of the adapters' own keys.
  std::vector<ConfigCheck> checks = {};
};

class Schema {
 public:
  explicit Schema(const AdapterNames& adapters);

  // Those of one section follow each other.
  const std::vector<Key>& keys() const { return keys_; }
  // The adapters' checks.
  const std::vector<ConfigCheck>& checks() const { return checks_; }
  // Null where there is no such key.
  const Key* Find(std::string_view name) const;
  bool HasSection(std::string_view name) const;
  // What an unknown key or section was most likely meant to be; empty where nothing is near.
  std::string NearestTo(std::string_view name) const;

 private:
  std::vector<Key> keys_;
  const std::vector<ConfigCheck> checks_;
};

// "KEELSON_STORE__SQLITE__PATH": the variable that overrides the key.
std::string EnvironmentName(const Key& key);

}  // namespace keelson
