#pragma once

#include "absl/status/statusor.h"
#include "core/common/deadline.h"
#include "core/common/entropy.h"
#include "core/common/sha256.h"
#include "core/store/store.h"

namespace keelson {

// The key of the store's page tokens: made by whoever serves the store first, the same for all ever after.
// INTERNAL where what the store holds is no key.
absl::StatusOr<Sha256Digest> ReadOrMakePageTokenKey(Store& store, Entropy& entropy, Deadline deadline);

}  // namespace keelson
