#pragma once

#include "absl/status/status.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/token_mail.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/entropy.h"
#include "core/store/store.h"

namespace keelson {

// Queues verification e-mails. Thread-safe.
class VerificationMail {
 public:
  VerificationMail(Entropy& entropy, IdGenerator& ids, const AccountPolicy& policy)
      : entropy_(entropy),
        ids_(ids),
        mail_{"verify_email", TokenPurpose::kVerifyEmail, policy.verification_ttl} {}

  absl::Status Queue(WriteTransaction& tx, const CallContext& context, const User& user, absl::Time now) {
    return QueueTokenMail(tx, context, entropy_, ids_, mail_, user, now);
  }

 private:
  Entropy& entropy_;
  IdGenerator& ids_;
  const TokenMail mail_;
};

}  // namespace keelson
