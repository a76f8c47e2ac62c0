#pragma once

#include <cstddef>

#include "absl/status/status.h"

namespace keelson {

// A record that an import left out.
struct ImportFailure {
  // Position of the record in the batch.
  std::size_t index;
  // An error with details (core/common/error.h).
  absl::Status status;
};

}  // namespace keelson
