#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace keelson {

// What is wrong with a key: predicates, such as "must be HOST:PORT".
using ConfigErrors = std::vector<std::string>;

inline ConfigErrors Require(bool holds, std::string_view mistake) {
  return holds ? ConfigErrors() : ConfigErrors{std::string(mistake)};
}

// `status` has a predicate of the key as its message.
inline ConfigErrors Require(const absl::Status& status) {
  return status.ok() ? ConfigErrors() : ConfigErrors{std::string(status.message())};
}

}  // namespace keelson
