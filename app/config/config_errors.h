#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace keelson {

// The errors of a key, as predicates: "must be HOST:PORT".
using ConfigErrors = std::vector<std::string>;

inline ConfigErrors Require(bool holds, std::string_view error) {
  return holds ? ConfigErrors() : ConfigErrors{std::string(error)};
}

// The message of `status` is a predicate of the key.
inline ConfigErrors Require(const absl::Status& status) {
  return status.ok() ? ConfigErrors() : ConfigErrors{std::string(status.message())};
}

}  // namespace keelson
