#pragma once

#include "absl/status/statusor.h"
#include "core/common/deadline.h"
#include "core/common/entropy.h"
#include "core/common/sha256.h"
#include "core/store/store.h"

namespace keelson {

// Returns the key of the store's page tokens. The first service on the store creates the key; all later ones
// use the same. INTERNAL if the stored value is not a key.
absl::StatusOr<Sha256Digest> ReadOrMakePageTokenKey(Store& store, Entropy& entropy, Deadline deadline);

}  // namespace keelson
