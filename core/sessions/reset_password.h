#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/password_hasher.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/secret.h"
#include "core/common/sha256.h"
#include "core/sessions/replace_password.h"
#include "core/store/store.h"

namespace keelson {

struct ResetPasswordCommand {
  Secret token;
  Secret new_password;
};

// Sets a new password by a token from a password reset e-mail, which can be used once, and ends every session
// of the user. Starts no session. Does not verify the address.
class ResetPassword {
 public:
  ResetPassword(Store& store, PasswordHasher& hasher, Clock& clock, ReplacePassword& replace_password,
                const AccountPolicy& policy)
      : store_(store), hasher_(hasher), clock_(clock), replace_password_(replace_password), policy_(policy) {}

  // Blocks on a password hash and the store. Ignores white space around the token. Errors: FIELD_INVALID;
  // TOKEN_INVALID for a token that is unknown, used, superseded, expired or of another purpose, or that was
  // sent to an address which is no longer the account's; USER_STATE if the account is not active; the errors
  // of the store and the hasher.
  absl::Status Handle(const CallContext& context, const ResetPasswordCommand& command);

 private:
  Store& store_;
  PasswordHasher& hasher_;
  Clock& clock_;
  ReplacePassword& replace_password_;
  const AccountPolicy policy_;
};

}  // namespace keelson
