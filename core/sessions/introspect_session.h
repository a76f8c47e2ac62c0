#pragma once

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/secret.h"
#include "core/sessions/session_policy.h"
#include "core/sessions/session_repository.h"
#include "core/sessions/session_uses.h"
#include "core/store/store.h"

namespace keelson {

// Returns the session of an access token by one indexed read. Writes nothing: notes the use in SessionUses.
class IntrospectSession {
 public:
  IntrospectSession(Store& store, Clock& clock, SessionUses& uses, const SessionPolicy& policy)
      : store_(store), clock_(clock), uses_(uses), policy_(policy) {}

  // Ignores white space around the token. Errors: FIELD_INVALID for an empty token; SESSION_INVALID for a
  // token that is unknown or expired, or whose session has ended.
  absl::StatusOr<IntrospectedSession> Handle(const CallContext& context, const Secret& access_token);

 private:
  Store& store_;
  Clock& clock_;
  SessionUses& uses_;
  const SessionPolicy policy_;
};

}  // namespace keelson
