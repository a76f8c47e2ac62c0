#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "core/common/circuit_breaker.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// The status of a provider as seen by this process, since its start.
struct ProviderStatus {
  std::string name = {};
  CircuitState circuit = CircuitState::kClosed;
  // False while the circuit is not closed, or while the provider's rate limit or quota blocks messages.
  bool available = true;
  // Whether the provider rejected the configuration, and no later response showed that the configuration is
  // valid.
  bool misconfigured = false;
  // Number of attempts by outcome, indexed by SendOutcome::Kind.
  std::array<std::int64_t, kSendOutcomeNames.size()> attempts{};
  // Error of the last failed attempt, or empty.
  std::string last_error = {};

  std::int64_t sent() const { return attempts[static_cast<std::size_t>(SendOutcome::Kind::kAccepted)]; }
  std::int64_t failed() const { return std::accumulate(attempts.begin(), attempts.end(), -sent()); }
  bool operator==(const ProviderStatus&) const = default;
};

class ProviderStatuses {
 public:
  virtual ~ProviderStatuses() = default;
  // In failover order. Thread-safe; does not block.
  virtual std::vector<ProviderStatus> ListProviders() const = 0;
};

// Explains why a message waits: "no provider is available: smtp: …; file: …", with the last error of each
// provider. Empty if a provider is available. `pinned_provider`: the only provider that may send the message,
// or empty.
std::string ExplainUnavailable(const std::vector<ProviderStatus>& providers,
                               std::string_view pinned_provider);

}  // namespace keelson
