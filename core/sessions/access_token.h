#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/common/secret.h"
#include "core/common/sha256.h"

namespace keelson {

// Returns the digest by which the store finds the session of an access token. FIELD_INVALID for an empty
// token.
absl::StatusOr<Sha256Digest> CheckAccessToken(const Secret& access_token);

// UNAUTHENTICATED (SESSION_INVALID): the same error for every token that is not valid.
absl::Status SessionInvalid();

}  // namespace keelson
