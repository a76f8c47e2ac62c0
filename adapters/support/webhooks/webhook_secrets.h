#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/common/secret.h"

namespace keelson {

// The secrets with which a provider signs webhooks. A signature header has the form "t=SECONDS,v1=HEX", where
// HEX is the HMAC-SHA-256 of SECONDS, "." and the body, and SECONDS is the time of the signature since the
// Unix epoch. While a secret is being replaced, the provider may sign with the old one, the new one or both:
// several secrets may be configured, and the header may have several signatures. Signatures of other schemes
// than v1 are ignored. Thread-safe.
class WebhookSecrets {
 public:
  // How far the time of a signature may be from the time of the receipt. The same as in Stripe's libraries.
  static constexpr absl::Duration kTolerance = absl::Minutes(5);
  static constexpr std::size_t kMaxSecrets = 8;

  // No secrets.
  WebhookSecrets() = default;
  // `list`: secrets separated by commas, which Check accepts. Empty: no secrets.
  explicit WebhookSecrets(std::string_view list);

  // FAILED_PRECONDITION, with an error message that starts with a verb ("must …"), unless `list` has 1 to
  // kMaxSecrets secrets of at least 16 printable ASCII characters without spaces.
  static absl::Status Check(std::string_view list);

  bool empty() const { return secrets_.empty(); }
  // UNAUTHENTICATED unless `header` contains a signature of `body` with one of the secrets, and the time of
  // the signature is at most kTolerance before or after `now`. The duration does not reveal where a signature
  // differs.
  absl::Status Verify(std::string_view header, std::string_view body, absl::Time now) const;

 private:
  std::vector<Secret> secrets_;
};

}  // namespace keelson
