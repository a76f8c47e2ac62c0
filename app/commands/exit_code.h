#pragma once

#include "absl/status/status.h"

namespace keelson {

enum class ExitCode { kDone = 0, kFailed = 1, kWrongUsage = 2 };

// Writes the status to standard error, a line for each of its own, and tells how to exit for it: kWrongUsage
// for INVALID_ARGUMENT, kFailed for any other, and kDone, writing nothing, where it is OK.
ExitCode Conclude(const absl::Status& status);

}  // namespace keelson
