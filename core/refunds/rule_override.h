#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/common/context.h"
#include "core/common/error.h"

namespace keelson {

// The rules that an approver overrides for one refund, with a note that says why. Not yet validated.
struct RuleOverride {
  std::vector<std::string> rules = {};
  // Internal: no e-mail contains the note.
  std::string note = {};
};

// Adds a violation for each rule that can't be overridden or occurs twice, and for a note that is missing,
// too long, or without a rule.
void CheckRuleOverride(const RuleOverride& rule_override, FieldErrors& errors);

// Returns PERMISSION_DENIED (CALLER_NOT_ALLOWED) if the override names rules and the caller is no approver.
absl::Status AuthorizeRuleOverride(const CallContext& context, const RuleOverride& rule_override);

}  // namespace keelson
