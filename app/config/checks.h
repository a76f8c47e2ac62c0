#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"

namespace keelson {

// What keys must be together, or one must be beyond its type and bounds. To add a check, write one function
// and one line in the list of ConfigChecks().
struct ConfigCheck {
  // Those that it reads; the first is the one that is blamed.
  std::vector<std::string_view> keys;
  // What is wrong, as predicates of the first key.
  std::vector<std::string> (*judge)(const Config&);
};

const std::vector<ConfigCheck>& ConfigChecks();

// Every check's mistakes, each with its key before it; none where the configuration is good.
std::vector<std::string> CheckConfig(const Config& config);

// "HOST:PORT" or "[HOST]:PORT" that only this machine can reach.
bool IsLoopback(std::string_view listen);

}  // namespace keelson
