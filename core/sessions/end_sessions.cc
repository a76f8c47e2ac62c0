#include "core/sessions/end_sessions.h"

#include <utility>

#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/sessions/session_repository.h"

namespace keelson {

absl::Status EndSession(WriteTransaction& tx, const CallContext& context, const Session& session,
                        std::string_view cause, absl::Time now) {
  RETURN_IF_ERROR(tx.sessions().Delete(session->id));
  return tx.events().Append(MakeEvent("session.revoked", session->id.ToString(), session->user_id, context,
                                      now, EventPayload().Add("cause", cause)));
}

absl::StatusOr<int> EndSessions::RevokeAllExcept(WriteTransaction& tx, const CallContext& context,
                                                 UserId user_id, std::optional<SessionId> keep,
                                                 std::string_view cause, absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<Session> active, ActiveSessions(tx, user_id, now));
  int revoked = 0;
  for (const Session& session : active) {
    if (session->id == keep) continue;
    RETURN_IF_ERROR(EndSession(tx, context, session, cause, now));
    ++revoked;
  }
  return revoked;
}

absl::Status EndSessions::MakeRoom(WriteTransaction& tx, const CallContext& context, UserId user_id,
                                   absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<Session> active, ActiveSessions(tx, user_id, now));
  const auto max = static_cast<std::size_t>(policy_.max_per_user);
  for (std::size_t i = 0; i + max <= active.size(); ++i) {
    RETURN_IF_ERROR(EndSession(tx, context, active[i], "max_per_user", now));
  }
  return absl::OkStatus();
}

// Returns the active sessions, oldest first. Deletes expired sessions.
absl::StatusOr<std::vector<Session>> EndSessions::ActiveSessions(WriteTransaction& tx, UserId user_id,
                                                                 absl::Time now) {
  ASSIGN_OR_RETURN(std::vector<Session> sessions, tx.sessions().ListForUpdate(user_id));
  std::vector<Session> active;
  for (Session& session : sessions) {
    if (session.IsExpired(policy_, now)) {
      RETURN_IF_ERROR(tx.sessions().Delete(session->id));
    } else {
      active.push_back(std::move(session));
    }
  }
  return active;
}

}  // namespace keelson
