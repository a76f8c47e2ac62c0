#include "core/sessions/introspect_session.h"

#include <optional>
#include <utility>

#include "core/common/status_macros.h"
#include "core/sessions/access_token.h"

namespace keelson {

absl::StatusOr<IntrospectedSession> IntrospectSession::Handle(const CallContext& context,
                                                              const Secret& access_token) {
  ASSIGN_OR_RETURN(const Sha256Digest digest, CheckAccessToken(access_token));
  std::optional<IntrospectedSession> found;
  RETURN_IF_ERROR(store_.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(found, tx.sessions().FindByAccessDigest(digest));
    return absl::OkStatus();
  }));
  const absl::Time now = clock_.Now();
  if (!found || !found->session.AcceptsAccess(policy_, now)) return SessionInvalid();
  if (found->session.RecordUse(policy_, now)) uses_.Note(found->session->id, now);
  return *std::move(found);
}

}  // namespace keelson
