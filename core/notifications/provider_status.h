#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace keelson {

// Whether a provider is asked: always, not for now because it failed too often, or once to see whether it is
// well again.
enum class CircuitState { kClosed = 1, kOpen = 2, kHalfOpen = 3 };

// How a provider has done since this process began.
struct ProviderStatus {
  std::string name;
  CircuitState circuit = CircuitState::kClosed;
  std::int64_t sent = 0;
  std::int64_t failed = 0;
  // Its last failure, or empty.
  std::string last_error;

  bool operator==(const ProviderStatus&) const = default;
};

// Thread-safe.
class ProviderStatuses {
 public:
  virtual ~ProviderStatuses() = default;
  // Every provider that is configured, in the order in which they are asked.
  virtual std::vector<ProviderStatus> ListProviders() const = 0;
};

}  // namespace keelson
