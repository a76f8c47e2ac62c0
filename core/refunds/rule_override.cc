#include "core/refunds/rule_override.h"

#include <set>
#include <string_view>

#include "core/common/strings.h"
#include "core/common/text.h"
#include "core/refunds/refund_rules.h"

namespace keelson {
namespace {

// Returns "A or B", the names of the rules that can be overridden.
std::string OverridableRules() {
  std::string names;
  for (const RefundRule& rule : RefundRules()) {
    if (rule.can_be_overridden) names += StrCat(names.empty() ? "" : " or ", rule.name);
  }
  return names;
}

void CheckOverrideNote(const RuleOverride& rule_override, FieldErrors& errors) {
  constexpr char kField[] = "rule_override.note";
  CheckLine(kField, rule_override.note, kMaxRefundNote, errors);
  if (rule_override.rules.empty()) {
    if (!rule_override.note.empty())
      errors.Add(kField, "must be empty, because rule_override.rules is empty");
  } else if (Trim(rule_override.note).empty()) {
    errors.Add(kField, "must say why the rules are overridden");
  }
}

}  // namespace

void CheckRuleOverride(const RuleOverride& rule_override, FieldErrors& errors) {
  std::set<std::string_view> named;
  for (std::size_t i = 0; i < rule_override.rules.size(); ++i) {
    const std::string& rule = rule_override.rules[i];
    const std::string field = StrCat("rule_override.rules[", i, "]");
    if (!CanBeOverridden(rule)) {
      errors.Add(field, StrCat("must be ", OverridableRules()));
    } else if (!named.insert(rule).second) {
      errors.Add(field, "must not occur twice");
    }
  }
  CheckOverrideNote(rule_override, errors);
}

absl::Status AuthorizeRuleOverride(const CallContext& context, const RuleOverride& rule_override) {
  if (rule_override.rules.empty() || context.is_approver) return absl::OkStatus();
  return MakeError(Reason::kCallerNotAllowed, "rule_override requires the role approver",
                   {{"caller", context.actor}, {"role", "approver"}});
}

}  // namespace keelson
