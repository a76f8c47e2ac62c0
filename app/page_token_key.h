#pragma once

#include "absl/status/statusor.h"
#include "core/common/deadline.h"
#include "core/common/entropy.h"
#include "core/common/sha256.h"
#include "core/store/store.h"

namespace keelson {

// Returns the key of the MACs in page tokens (PageTokens); creates the key if the store has none. All
// instances on one store use the same key. Returns INTERNAL if the stored value is not a valid key.
absl::StatusOr<Sha256Digest> ReadOrMakePageTokenKey(Store& store, Entropy& entropy, Deadline deadline);

}  // namespace keelson
