#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/session_revoker.h"
#include "core/accounts/user.h"
#include "core/accounts/user_steps.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/store/store.h"

namespace keelson {

// Clears the user, whom the caller has locked and stores afterwards, and deletes the user's sessions, tokens,
// cooldowns, throttle and messages, the notes of the user's refunds and the stored responses that contain the
// user. The rest of orders, refunds and events stays. USER_STATE if the user is erased already.
absl::Status ErasePersonalData(WriteTransaction& tx, const CallContext& context, SessionRevoker& sessions,
                               User& user, absl::Time now);

// Erases the personal data of a user: moves the user to ERASED.
class EraseUser {
 public:
  EraseUser(Store& store, Clock& clock, SessionRevoker& sessions)
      : store_(store), clock_(clock), sessions_(sessions) {}
  // Errors: FIELD_INVALID, USER_NOT_FOUND, USER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<User> Handle(const CallContext& context, const UserStepCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  SessionRevoker& sessions_;
};

}  // namespace keelson
