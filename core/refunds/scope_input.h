#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/common/amount.h"
#include "core/common/error.h"
#include "core/common/serialize.h"
#include "core/refunds/refund_rules.h"

namespace keelson {

// The requested refund scope, not yet validated.
struct ScopeInput {
  struct Line {
    std::string line_id;
    std::int64_t quantity = 0;
    // nullopt: the service computes the amount.
    std::optional<Amount> amount = std::nullopt;
    // Must be unset, because the service computes the withheld amount.
    std::optional<Amount> withheld = std::nullopt;
  };
  struct Lines {
    std::vector<Line> lines;
    bool include_shipping = false;
    std::optional<Amount> shipping = std::nullopt;
    std::optional<Amount> goodwill = std::nullopt;
  };
  // std::monostate means that the request has no scope, which is a violation.
  std::variant<std::monostate, RefundEverything, Amount, Lines> scope;
};

// Parses the id of a line or payment: "1", "2", …; nullopt for any other text, such as one with a sign or
// leading zeros.
std::optional<std::int64_t> ParseOneBased(std::string_view text);

// Validates a scope. Adds violations below the field "scope", and returns nullopt after a violation that
// leaves no scope.
std::optional<RefundScope> CheckScope(const ScopeInput& input, FieldErrors& errors);

// Appends the scope to the content of an idempotent call. AppendComposition appends the requested amounts of
// a composition, and nothing if there are none; its bytes come after all other fields, because earlier
// versions stored the contents of calls without them.
void AppendScope(const ScopeInput& input, FieldWriter& content);
void AppendComposition(const ScopeInput& input, FieldWriter& content);

}  // namespace keelson
