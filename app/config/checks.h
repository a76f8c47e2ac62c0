#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"
#include "app/config/config_errors.h"

namespace keelson {

// A rule about several keys, or about one key beyond its type and bounds.
struct ConfigCheck {
  // The keys that the rule reads. Errors are reported for the first key.
  std::vector<std::string> keys;
  // The errors, as predicates of the first key.
  std::function<ConfigErrors(const Config&)> find_errors;
};

// To add a check, write one function and one line in the list of its section.
std::vector<ConfigCheck> ServerChecks();
std::vector<ConfigCheck> SecretsChecks();
std::vector<ConfigCheck> TelemetryChecks();

// The errors of all checks, each prefixed with its key. Empty if the configuration is valid.
std::vector<std::string> CheckConfig(const std::vector<ConfigCheck>& checks, const Config& config);

// Whether the host of "HOST:PORT" or "[HOST]:PORT" is a loopback address.
bool IsLoopback(std::string_view listen);

}  // namespace keelson
