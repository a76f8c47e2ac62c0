#include "core/sessions/revoke_session.h"

#include <optional>

#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/sessions/access_token.h"
#include "core/sessions/session_repository.h"

namespace keelson {
namespace {

constexpr std::string_view kCause = "revoked";

}  // namespace

absl::Status RevokeSession::ByAccessToken(const CallContext& context, const Secret& access_token) {
  ASSIGN_OR_RETURN(const Sha256Digest digest, CheckAccessToken(access_token));
  const absl::Time now = clock_.Now();
  return store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<Session> session, tx.sessions().FindByAccessDigestForUpdate(digest));
    if (!session || !session->AcceptsAccess(policy_, now)) return SessionInvalid();
    return EndSession(tx, context, *session, kCause, now);
  });
}

absl::Status RevokeSession::ById(const CallContext& context, std::string_view session_id) {
  const std::optional<SessionId> id = SessionId::Parse(session_id);
  if (!id) return FieldErrors().Add("session_id", InvalidId<SessionKind>()).ToStatus();
  const absl::Time now = clock_.Now();
  return store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<Session> session, tx.sessions().FindForUpdate(*id));
    if (!session || session->IsExpired(policy_, now)) {
      return MakeError(Reason::kSessionNotFound, "no active session has this id");
    }
    return EndSession(tx, context, *session, kCause, now);
  });
}

absl::StatusOr<int> RevokeAllSessions::Handle(const CallContext& context, std::string_view user_id) {
  const std::optional<UserId> id = UserId::Parse(user_id);
  if (!id) return FieldErrors().Add("user_id", InvalidId<UserKind>()).ToStatus();
  const absl::Time now = clock_.Now();
  int revoked = 0;
  RETURN_IF_ERROR(store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<User> user, tx.users().FindForUpdate(*id));
    if (!user) return MakeError(Reason::kUserNotFound, "no user has this id");
    ASSIGN_OR_RETURN(revoked, end_sessions_.RevokeAll(tx, context, *id, kCause, now));
    return absl::OkStatus();
  }));
  return revoked;
}

}  // namespace keelson
