#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/payments/sandbox/sandbox_journal.h"

namespace keelson {

// Returns the entry as one line of JSON, with the line break.
std::string ToJsonLine(const SandboxEntry& entry);
// nullopt if `line` (without the line break) is not a line that ToJsonLine returns.
std::optional<SandboxEntry> ParseJsonLine(std::string_view line);

}  // namespace keelson
