#pragma once

#include "absl/time/time.h"

namespace keelson {

// Configuration of accounts ([accounts], passwords.min_length).
struct AccountPolicy {
  absl::Duration verification_ttl = absl::Hours(24);
  absl::Duration reset_ttl = absl::Hours(1);
  // Minimum time between two e-mails of one template to one address, for e-mails that any caller can trigger.
  absl::Duration resend_cooldown = absl::Minutes(1);
  // How long a deleted account can be restored.
  absl::Duration retention = absl::Hours(720);
  bool conceal_existing_email = false;
  // Number of code points. NIST SP 800-63B-4 requires at least 8.
  int password_min_length = 8;
};

}  // namespace keelson
