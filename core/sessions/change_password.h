#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/password_hasher.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/secret.h"
#include "core/sessions/password_verifier.h"
#include "core/sessions/replace_password.h"
#include "core/store/idempotent_execution.h"
#include "core/store/store.h"

namespace keelson {

struct ChangePasswordCommand {
  std::string request_id;
  std::string user_id;
  Secret current_password;
  Secret new_password;
  // The user's session that stays active; empty: none.
  std::string keep_session_id;
};

// Sets a new password if the current password is right, and ends the user's sessions except keep_session_id.
// The attempts count for the same throttle as sign-ins.
class ChangePassword {
 public:
  ChangePassword(Store& store, PasswordHasher& hasher, Clock& clock, PasswordVerifier& verifier,
                 ReplacePassword& replace_password, const AccountPolicy& policy)
      : store_(store),
        hasher_(hasher),
        clock_(clock),
        verifier_(verifier),
        replace_password_(replace_password),
        policy_(policy) {}

  // Blocks on password hashes and the store. Errors: FIELD_INVALID, USER_NOT_FOUND, USER_STATE if the account
  // is not active, CREDENTIALS_INVALID for a wrong current password, SIGN_IN_THROTTLED, REQUEST_ID_REUSED,
  // and the errors of the store and the hasher.
  absl::Status Handle(const CallContext& context, const ChangePasswordCommand& command);

 private:
  struct ValidatedChange;
  struct CountedAttempt;
  absl::StatusOr<ValidatedChange> Check(const ChangePasswordCommand& command) const;
  absl::StatusOr<std::optional<CountedAttempt>> Count(const CallContext& context,
                                                      const ValidatedChange& change, const Idempotency& call,
                                                      absl::Time now);
  absl::StatusOr<bool> Finish(const CallContext& context, const ValidatedChange& change,
                              const Idempotency& call, PasswordCandidate& candidate);

  Store& store_;
  PasswordHasher& hasher_;
  Clock& clock_;
  PasswordVerifier& verifier_;
  ReplacePassword& replace_password_;
  const AccountPolicy policy_;
};

}  // namespace keelson
