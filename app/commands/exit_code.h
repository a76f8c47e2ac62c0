#pragma once

#include "absl/status/status.h"

namespace keelson {

enum class ExitCode { kDone = 0, kFailed = 1, kWrongUsage = 2 };

// Writes an error to standard error, each line of its message on a line, and returns the exit code for it:
// kWrongUsage for INVALID_ARGUMENT, kFailed for any other error. Returns kDone, and writes nothing, for OK.
ExitCode ReportResult(const absl::Status& status);

}  // namespace keelson
