// State transitions of a user after registration.
#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/session_revoker.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/store/store.h"

namespace keelson {

struct UserStepCommand {
  std::string request_id;
  std::string id;
  // At most 500 characters on one line. The event of the transition records the reason.
  std::string reason;
  std::string etag;
};

// Executes the transition of `method` idempotently (ChangeUser), and records the reason in the event if the
// caller gave one.
absl::StatusOr<User> TakeUserStep(Store& store, const CallContext& context, std::string_view method,
                                  std::string_view event_type, const UserStepCommand& command, absl::Time now,
                                  absl::FunctionRef<absl::Status(WriteTransaction&, User&)> transition);

// Suspends a user: moves the user from ACTIVE to SUSPENDED, and ends all sessions.
class SuspendUser {
 public:
  SuspendUser(Store& store, Clock& clock, SessionRevoker& sessions)
      : store_(store), clock_(clock), sessions_(sessions) {}
  // Errors: FIELD_INVALID, USER_NOT_FOUND, USER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<User> Handle(const CallContext& context, const UserStepCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  SessionRevoker& sessions_;
};

// Ends a suspension: moves the user from SUSPENDED to ACTIVE.
class ReinstateUser {
 public:
  ReinstateUser(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // Errors: FIELD_INVALID, USER_NOT_FOUND, USER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<User> Handle(const CallContext& context, const UserStepCommand& command);

 private:
  Store& store_;
  Clock& clock_;
};

// Soft-deletes a user: moves the user from ACTIVE or SUSPENDED to DELETED, and ends all sessions. The user
// keeps the e-mail address and all data until the end of the retention period.
class DeleteUser {
 public:
  DeleteUser(Store& store, Clock& clock, SessionRevoker& sessions, const AccountPolicy& policy)
      : store_(store), clock_(clock), sessions_(sessions), policy_(policy) {}
  // Errors: FIELD_INVALID, USER_NOT_FOUND, USER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<User> Handle(const CallContext& context, const UserStepCommand& command);

 private:
  Store& store_;
  Clock& clock_;
  SessionRevoker& sessions_;
  const AccountPolicy policy_;
};

// Restores a deleted user within the retention period: moves the user from DELETED to the state before
// DeleteUser, ACTIVE or SUSPENDED.
class UndeleteUser {
 public:
  UndeleteUser(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // Errors: FIELD_INVALID, USER_NOT_FOUND, USER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<User> Handle(const CallContext& context, const UserStepCommand& command);

 private:
  Store& store_;
  Clock& clock_;
};

}  // namespace keelson
