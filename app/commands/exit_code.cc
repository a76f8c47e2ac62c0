#include "app/commands/exit_code.h"

#include <iostream>
#include <string>

#include "absl/strings/str_split.h"

namespace keelson {

ExitCode ReportResult(const absl::Status& status) {
  if (status.ok()) return ExitCode::kDone;
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    std::cerr << "keelson: " << line << '\n';
  }
  return absl::IsInvalidArgument(status) ? ExitCode::kWrongUsage : ExitCode::kFailed;
}

}  // namespace keelson
