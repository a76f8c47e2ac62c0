#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/session_revoker.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/sessions/session.h"
#include "core/sessions/session_policy.h"
#include "core/store/store.h"

namespace keelson {

// Deletes an active session, and records session.revoked with the cause.
absl::Status EndSession(WriteTransaction& tx, const CallContext& context, const Session& session,
                        std::string_view cause, absl::Time now);

// The sessions of one user, whom the caller has locked by UserRepository::FindForUpdate. Thread-safe.
class EndSessions final : public SessionRevoker {
 public:
  explicit EndSessions(const SessionPolicy& policy) : policy_(policy) {}

  absl::StatusOr<int> RevokeAll(WriteTransaction& tx, const CallContext& context, UserId user_id,
                                std::string_view cause, absl::Time now) override {
    return RevokeAllExcept(tx, context, user_id, std::nullopt, cause, now);
  }
  // Like RevokeAll, but the session `keep` stays active.
  absl::StatusOr<int> RevokeAllExcept(WriteTransaction& tx, const CallContext& context, UserId user_id,
                                      std::optional<SessionId> keep, std::string_view cause, absl::Time now);
  // Ends the oldest sessions, so that the user can start another session within the policy's max_per_user.
  absl::Status MakeRoom(WriteTransaction& tx, const CallContext& context, UserId user_id, absl::Time now);

 private:
  absl::StatusOr<std::vector<Session>> ActiveSessions(WriteTransaction& tx, UserId user_id, absl::Time now);

  const SessionPolicy policy_;
};

}  // namespace keelson
