#pragma once

#include <string>

#include "absl/status/status.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/token_mail.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/entropy.h"
#include "core/common/id.h"
#include "core/store/store.h"

namespace keelson {

// Queues a password reset e-mail, unless a cooldown of the address or its account is active. The token
// supersedes the previous token.
class RequestPasswordReset {
 public:
  RequestPasswordReset(Store& store, Clock& clock, Entropy& entropy, IdGenerator& ids,
                       const AccountPolicy& policy)
      : store_(store),
        clock_(clock),
        entropy_(entropy),
        ids_(ids),
        mail_{"password_reset", TokenPurpose::kResetPassword, policy.reset_ttl},
        cooldown_(policy.resend_cooldown) {}

  // Returns OK whether or not it queues an e-mail, so that the response does not reveal whether an account
  // holds the address. FIELD_INVALID if `email` is not a valid address.
  absl::Status Handle(const CallContext& context, const std::string& email);

 private:
  Store& store_;
  Clock& clock_;
  Entropy& entropy_;
  IdGenerator& ids_;
  const TokenMail mail_;
  const absl::Duration cooldown_;
};

}  // namespace keelson
