#pragma once

#include "absl/status/status.h"

namespace keelson {

enum class ExitCode { kDone = 0, kFailed = 1, kWrongUsage = 2 };

// Returns kDone if `status` is OK. Otherwise writes each line of its message to standard error and returns
// the exit code: kWrongUsage for INVALID_ARGUMENT, kFailed for any other error.
ExitCode ReportResult(const absl::Status& status);

}  // namespace keelson
