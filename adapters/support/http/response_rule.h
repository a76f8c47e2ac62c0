// Maps the documented errors of a provider to the kinds of outcome of a port.
#pragma once

#include <span>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "core/common/strings.h"

namespace keelson {

// A rule matches if all of its fields match.
template <typename Kind>
struct KindRule {
  // HTTP status; 0: any.
  int status = 0;
  // The provider's error code; empty: any.
  std::string_view code;
  // Substring of the error text, case-insensitive; empty: any text.
  std::string_view text;
  Kind kind = Kind::kUnknown;
};

template <typename Kind>
bool Matches(const KindRule<Kind>& rule, int status, std::string_view code, std::string_view text) {
  return (rule.status == 0 || rule.status == status) && (rule.code.empty() || rule.code == code) &&
         absl::StrContains(absl::AsciiStrToLower(ToAbsl(text)), absl::AsciiStrToLower(ToAbsl(rule.text)));
}

// Returns the first matching rule; null if no rule matches.
template <typename Kind>
const KindRule<Kind>* FirstMatch(std::span<const KindRule<Kind>> rules, int status, std::string_view code,
                                 std::string_view text) {
  for (const KindRule<Kind>& rule : rules) {
    if (Matches(rule, status, code, text)) return &rule;
  }
  return nullptr;
}

}  // namespace keelson
