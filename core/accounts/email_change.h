#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/token_mail.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/email_address.h"
#include "core/common/entropy.h"
#include "core/common/id.h"
#include "core/common/secret.h"
#include "core/store/store.h"

namespace keelson {

struct StartEmailChangeCommand {
  std::string request_id;
  std::string user_id;
  std::string new_email;
};

// Sends a confirmation token to the new address of a user and a notice to the current address, unless a
// cooldown of the account or the new address is active. The token supersedes the user's previous confirmation
// token. The user keeps the current address until ConfirmEmailChange.
class StartEmailChange {
 public:
  StartEmailChange(Store& store, Clock& clock, Entropy& entropy, IdGenerator& ids,
                   const AccountPolicy& policy)
      : store_(store),
        clock_(clock),
        entropy_(entropy),
        ids_(ids),
        mail_{"email_change", TokenPurpose::kChangeEmail, policy.verification_ttl},
        policy_(policy) {}

  // Returns OK whether or not a cooldown is active. Errors: FIELD_INVALID, also for the current address of
  // the user; USER_NOT_FOUND, USER_STATE, REQUEST_ID_REUSED; EMAIL_TAKEN unless the configuration conceals
  // existing addresses. If it does, a taken address gets the same response, the e-mail to the new address
  // tells its holder, and no one gets the token.
  absl::Status Handle(const CallContext& context, const StartEmailChangeCommand& command);

 private:
  absl::Status Start(WriteTransaction& tx, const CallContext& context, UserId user_id,
                     const EmailAddress& new_email, absl::Time now);
  absl::StatusOr<bool> TryStartCooldowns(WriteTransaction& tx, UserId user_id, const EmailAddress& new_email,
                                         absl::Time now) const;

  Store& store_;
  Clock& clock_;
  Entropy& entropy_;
  IdGenerator& ids_;
  const TokenMail mail_;
  const AccountPolicy policy_;
};

// Replaces the address of a user by the address to which a confirmation token was sent, and marks the new
// address as verified. The token can be used once. Revokes the user's other tokens, which were sent to the
// previous address. Sessions stay active.
class ConfirmEmailChange {
 public:
  ConfirmEmailChange(Store& store, Clock& clock) : store_(store), clock_(clock) {}

  // Ignores white space around the token. Errors: FIELD_INVALID for an empty token; TOKEN_INVALID for a token
  // that is unknown, used, superseded, expired, revoked or of another purpose, or if the user's address has
  // changed since the token was sent; USER_STATE if the account is not active; EMAIL_TAKEN if another account
  // holds the address by now. An error leaves the token unused.
  absl::StatusOr<User> Handle(const CallContext& context, const Secret& token);

 private:
  Store& store_;
  Clock& clock_;
};

}  // namespace keelson
