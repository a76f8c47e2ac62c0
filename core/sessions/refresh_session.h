#pragma once

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/entropy.h"
#include "core/common/secret.h"
#include "core/sessions/session.h"
#include "core/sessions/session_policy.h"
#include "core/store/store.h"

namespace keelson {

// Exchanges a refresh token for the tokens of the next generation. A repeated call within the grace period
// returns the same tokens, so that a client may retry, or refresh from several tabs. A later use of a spent
// token ends the session, because the token may be stolen (RFC 9700, 4.14.2).
class RefreshSession {
 public:
  RefreshSession(Store& store, Clock& clock, Entropy& entropy, const SessionPolicy& policy)
      : store_(store), clock_(clock), entropy_(entropy), policy_(policy) {}

  // Errors: FIELD_INVALID for an empty token; REFRESH_TOKEN_INVALID for a token without an active session;
  // REFRESH_TOKEN_REUSED, after the session has ended durably.
  absl::StatusOr<IssuedSession> Handle(const CallContext& context, const Secret& refresh_token);

 private:
  absl::StatusOr<IssuedSession> Rotate(WriteTransaction& tx, const CallContext& context, Session session,
                                       const RefreshToken& token, absl::Time now);

  Store& store_;
  Clock& clock_;
  Entropy& entropy_;
  const SessionPolicy policy_;
};

}  // namespace keelson
