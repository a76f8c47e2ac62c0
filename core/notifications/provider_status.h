#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace keelson {

// Whether a provider is asked: closed, it is; open, it is left alone after failures; half open, it is tried.
enum class CircuitState { kClosed = 1, kOpen = 2, kHalfOpen = 3 };

// A provider as this process knows it since its start.
struct ProviderStatus {
  std::string name;
  CircuitState circuit = CircuitState::kClosed;
  // Messages it took, and attempts at which it did not take one, whatever its reason.
  std::int64_t sent = 0;
  std::int64_t failed = 0;
  // Of the last attempt that failed, or empty.
  std::string last_error;

  bool operator==(const ProviderStatus&) const = default;
};

class ProviderStatuses {
 public:
  virtual ~ProviderStatuses() = default;
  // In failover order. Thread-safe; does not block.
  virtual std::vector<ProviderStatus> ListProviders() const = 0;
};

}  // namespace keelson
