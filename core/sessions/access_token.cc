#include "core/sessions/access_token.h"

#include "core/common/error.h"
#include "core/common/text.h"
#include "core/sessions/session_tokens.h"

namespace keelson {

absl::StatusOr<Sha256Digest> CheckAccessToken(const Secret& access_token) {
  if (Trim(access_token.Reveal()).empty()) {
    return FieldErrors().Add("access_token", "is required").ToStatus();
  }
  return AccessDigest(access_token.Reveal());
}

absl::Status SessionInvalid() {
  return MakeError(Reason::kSessionInvalid,
                   "the access token is unknown or expired, or its session has ended");
}

}  // namespace keelson
