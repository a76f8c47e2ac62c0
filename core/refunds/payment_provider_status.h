#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/common/circuit_breaker.h"
#include "core/refunds/payment_provider.h"

namespace keelson {

// The status of a payment provider as seen by this process, since its start.
struct PaymentProviderStatus {
  std::string name = {};
  CircuitState circuit = CircuitState::kClosed;
  // False while the circuit is not closed, or while the provider's rate limit blocks refunds.
  bool available = true;
  // Whether the provider rejected the configuration, and no later response showed that the configuration is
  // valid.
  bool misconfigured = false;
  // Whether refunds wait until a person has paid and confirmed them (PaymentProvider::needs_confirmation).
  bool needs_confirmation = false;
  // Number of calls by outcome, indexed by PaymentOutcome::Kind. Counts requests for refunds and for their
  // state, but not probes.
  std::array<std::int64_t, kPaymentOutcomeNames.size()> attempts{};
  // Code and text of the last call that failed, or empty.
  std::string last_error = {};

  std::int64_t CountOf(PaymentOutcome::Kind kind) const { return attempts[static_cast<std::size_t>(kind)]; }
  bool operator==(const PaymentProviderStatus&) const = default;
};

class PaymentProviderStatuses {
 public:
  virtual ~PaymentProviderStatuses() = default;
  // In the order of the configuration. Thread-safe; does not block.
  virtual std::vector<PaymentProviderStatus> ListPaymentProviders() const = 0;
};

}  // namespace keelson
