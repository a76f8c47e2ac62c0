#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"
#include "app/config/config_errors.h"

namespace keelson {

// A rule that relates several keys, or that restricts one key beyond its type and bounds.
struct ConfigCheck {
  // The keys that the rule reads. An error is reported for the first of them.
  std::vector<std::string> keys;
  // Returns the errors. Each one is appended to the name of the first key in `keys`, so it starts with a verb
  // ("must be HOST:PORT").
  std::function<ConfigErrors(const Config&)> find_errors;
};

// To add a check, write one function and one line in the list of its section.
std::vector<ConfigCheck> ServerChecks();
std::vector<ConfigCheck> SecretsChecks();
std::vector<ConfigCheck> TelemetryChecks();
std::vector<ConfigCheck> PaymentsChecks();
// Returns the checks of a section with the keys of a circuit breaker, such as "email.circuit".
std::vector<ConfigCheck> CircuitChecks(const std::string& section,
                                       const CircuitPolicy& (*circuit)(const Config&));

// Runs all checks. Returns the errors, each prefixed with its key; empty if the configuration is valid.
std::vector<std::string> CheckConfig(const std::vector<ConfigCheck>& checks, const Config& config);

// Returns true if the host of `listen` ("HOST:PORT" or "[HOST]:PORT") is a loopback address.
bool IsLoopback(std::string_view listen);

}  // namespace keelson
