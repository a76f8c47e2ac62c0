#pragma once

#include "absl/time/time.h"

namespace keelson {

// The configuration's bounds on accounts.
struct AccountPolicy {
  absl::Duration verification_ttl = absl::Hours(24);
  // Between two e-mails that anybody can have sent to an address.
  absl::Duration resend_cooldown = absl::Minutes(1);
  bool conceal_existing_email = false;
  // In code points; NIST SP 800-63B-4 asks for 8 at least.
  int password_min_length = 8;
};

}  // namespace keelson
