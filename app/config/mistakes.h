#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace keelson {

// What is wrong with a key: predicates, such as "must be HOST:PORT".
using Mistakes = std::vector<std::string>;

inline Mistakes Require(bool holds, std::string_view mistake) {
  return holds ? Mistakes() : Mistakes{std::string(mistake)};
}

// `status` has a predicate of the key as its message.
inline Mistakes Require(const absl::Status& status) {
  return status.ok() ? Mistakes() : Mistakes{std::string(status.message())};
}

}  // namespace keelson
