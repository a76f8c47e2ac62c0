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

// Sends tokens that prove an address: makes one, keeps its digest in the place of the older one's and queues
// the e-mail that carries it. Thread-safe.
class VerificationMail {
 public:
  VerificationMail(Entropy& entropy, IdGenerator& ids, const AccountPolicy& policy)
      : entropy_(entropy), ids_(ids), policy_(policy) {}

  absl::Status Queue(WriteTransaction& tx, const CallContext& context, const User& user, absl::Time now);

 private:
  Entropy& entropy_;
  IdGenerator& ids_;
  const AccountPolicy policy_;
};

// Whose e-mail an address may again be sent: one cooldown for an address, known or not, and another for the
// account that holds it.
Fingerprint AddressCooldown(std::string_view email_key);
Fingerprint AccountCooldown(UserId user_id);

// 256 random bits in base64url: what a link carries.
std::string NewToken(Entropy& entropy);

}  // namespace keelson
