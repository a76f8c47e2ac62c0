#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/secret.h"
#include "core/sessions/end_sessions.h"
#include "core/sessions/session.h"
#include "core/sessions/session_policy.h"
#include "core/store/store.h"

namespace keelson {

// Ends one session immediately.
class RevokeSession {
 public:
  RevokeSession(Store& store, Clock& clock, const SessionPolicy& policy)
      : store_(store), clock_(clock), policy_(policy) {}

  // Errors: FIELD_INVALID for an empty token; SESSION_INVALID for a token that is unknown or expired, or
  // whose session has ended.
  absl::Status ByAccessToken(const CallContext& context, const Secret& access_token);
  // Errors: FIELD_INVALID; SESSION_NOT_FOUND if no active session has the id.
  absl::Status ById(const CallContext& context, std::string_view session_id);

 private:
  Store& store_;
  Clock& clock_;
  const SessionPolicy policy_;
};

// Ends every session of a user.
class RevokeAllSessions {
 public:
  RevokeAllSessions(Store& store, Clock& clock, EndSessions& end_sessions)
      : store_(store), clock_(clock), end_sessions_(end_sessions) {}

  // Returns the number of sessions that were active. Errors: FIELD_INVALID, USER_NOT_FOUND.
  absl::StatusOr<int> Handle(const CallContext& context, std::string_view user_id);

 private:
  Store& store_;
  Clock& clock_;
  EndSessions& end_sessions_;
};

}  // namespace keelson
