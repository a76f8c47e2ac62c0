#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/entropy.h"
#include "core/store/idempotency.h"
#include "core/store/store.h"

namespace keelson {

// Queues verification e-mails. Thread-safe.
class VerificationMail {
 public:
  VerificationMail(Entropy& entropy, IdGenerator& ids, const AccountPolicy& policy)
      : entropy_(entropy), ids_(ids), policy_(policy) {}

  // Generates a token, replaces the digest of the user's previous token in the store, and queues the e-mail
  // with the token. Cancels queued verification e-mails of the user.
  absl::Status Queue(WriteTransaction& tx, const CallContext& context, const User& user, absl::Time now);

 private:
  Entropy& entropy_;
  IdGenerator& ids_;
  const AccountPolicy policy_;
};

// Return the keys of the cooldowns between verification e-mails. An address has a cooldown whether or not an
// account holds the address.
Fingerprint AddressCooldown(std::string_view email_key);
Fingerprint AccountCooldown(UserId user_id);

// Returns 256 random bits in base64url, for links.
std::string NewToken(Entropy& entropy);

}  // namespace keelson
