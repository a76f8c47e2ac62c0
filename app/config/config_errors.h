#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace keelson {

// The errors of a key. Each one is appended to the key's name, so it starts with a verb: "must be HOST:PORT".
using ConfigErrors = std::vector<std::string>;

// Returns `error` unless `holds`.
inline ConfigErrors Require(bool holds, std::string_view error) {
  return holds ? ConfigErrors() : ConfigErrors{std::string(error)};
}

// Returns the message of `status` unless it is OK. The message must start with a verb.
inline ConfigErrors Require(const absl::Status& status) {
  return status.ok() ? ConfigErrors() : ConfigErrors{std::string(status.message())};
}

}  // namespace keelson
