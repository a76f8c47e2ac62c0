#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "core/notifications/email_provider.h"

namespace keelson {

// Whether a provider is asked: closed, it is; open, it is left alone after failures; half open, it is tried.
enum class CircuitState { kClosed = 1, kOpen = 2, kHalfOpen = 3 };

// A provider as this process knows it since its start.
struct ProviderStatus {
  std::string name = {};
  CircuitState circuit = CircuitState::kClosed;
  // False while the circuit is not closed, or while the provider's rate limit or quota lets nothing through.
  bool available = true;
  // It is set up wrong: that was the last it said, to a message or when it was probed.
  bool misconfigured = false;
  // How often each SendOutcome::Kind was the end of an attempt.
  std::array<std::int64_t, kSendOutcomeNames.size()> attempts{};
  // Of the last attempt that failed, or empty.
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

// Why a message waits: "no provider is available: smtp: …; file: …", with the last error of each provider.
// `only`: the one provider that may send the message, or empty. Empty where one of them is available.
std::string ExplainUnavailable(const std::vector<ProviderStatus>& providers, std::string_view only);

}  // namespace keelson
