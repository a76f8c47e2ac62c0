#include "core/sessions/refresh_session.h"

#include <optional>
#include <utility>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/text.h"
#include "core/events/event_repository.h"
#include "core/sessions/end_sessions.h"
#include "core/sessions/session_repository.h"

namespace keelson {
namespace {

absl::Status RefreshTokenInvalid() {
  return MakeError(Reason::kRefreshTokenInvalid,
                   "the refresh token is unknown, or its session has ended: sign in again");
}

absl::Status EndReused(WriteTransaction& tx, const CallContext& context, const Session& session,
                       absl::Time now) {
  RETURN_IF_ERROR(
      tx.events().Append(MakeEvent("session.reuse_detected", session->id.ToString(), session->user_id,
                                   context, now, EventPayload().Add("generation", session->generation))));
  return EndSession(tx, context, session, "refresh_token_reused", now);
}

}  // namespace

absl::StatusOr<IssuedSession> RefreshSession::Handle(const CallContext& context,
                                                     const Secret& refresh_token) {
  if (Trim(refresh_token.Reveal()).empty()) {
    return FieldErrors().Add("refresh_token", "is required").ToStatus();
  }
  const std::optional<RefreshToken> token = RefreshToken::Parse(refresh_token.Reveal());
  if (!token) return RefreshTokenInvalid();
  const absl::Time now = clock_.Now();
  // Stays unset if the token was reused: the Write returns OK, so that the end of the session is committed.
  std::optional<IssuedSession> issued;
  RETURN_IF_ERROR(store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    issued.reset();
    ASSIGN_OR_RETURN(std::optional<Session> session,
                     tx.sessions().FindByRefreshKeyForUpdate(token->key_digest()));
    if (!session || session->IsExpired(policy_, now)) return RefreshTokenInvalid();
    switch (session->StateOf(*token, policy_, now)) {
      case RefreshTokenState::kCurrent: {
        ASSIGN_OR_RETURN(issued, Rotate(tx, context, *std::move(session), *token, now));
        return absl::OkStatus();
      }
      case RefreshTokenState::kInGrace:
        issued.emplace(IssuedSession{*session, session->Repeat(*token)});
        return absl::OkStatus();
      case RefreshTokenState::kSpent:
        break;
    }
    return EndReused(tx, context, *session, now);
  }));
  if (issued) return *std::move(issued);
  return MakeError(Reason::kRefreshTokenReused,
                   "the refresh token was used before, so its session has ended: sign in again");
}

absl::StatusOr<IssuedSession> RefreshSession::Rotate(WriteTransaction& tx, const CallContext& context,
                                                     Session session, const RefreshToken& token,
                                                     absl::Time now) {
  SessionTokens tokens = session.Rotate(token, policy_, entropy_, now);
  RETURN_IF_ERROR(tx.sessions().Update(session));
  RETURN_IF_ERROR(
      tx.events().Append(MakeEvent("session.refreshed", session->id.ToString(), session->user_id, context,
                                   now, EventPayload().Add("generation", session->generation))));
  return IssuedSession{std::move(session), std::move(tokens)};
}

}  // namespace keelson
