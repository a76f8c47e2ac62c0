#include "core/refunds/scope_input.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "core/common/strings.h"

namespace keelson {

template <typename Visitor>
void VisitFields(Visitor& a, ScopeInput::Line& l) {
  a(l.line_id), a(l.quantity);
}

namespace {

constexpr std::size_t kMaxScopeLines = 500;

// Checks a composition of lines, shipping and goodwill, whose amounts must all have the currency of the first
// amount.
class CompositionChecker {
 public:
  explicit CompositionChecker(FieldErrors& errors) : errors_(errors) {}

  std::optional<RefundScope> Check(const ScopeInput::Lines& input) {
    if (input.lines.empty() && !input.include_shipping && !input.shipping && !input.goodwill) {
      errors_.Add("scope.lines.lines",
                  "must have at least 1 entry, unless include_shipping, shipping or goodwill is set");
    }
    if (input.lines.size() > kMaxScopeLines) {
      errors_.Add("scope.lines.lines", StrCat("must have at most ", kMaxScopeLines, " entries"));
      return std::nullopt;
    }
    RefundLines scope;
    for (std::size_t i = 0; i < input.lines.size(); ++i) {
      scope.lines.push_back(CheckLine(StrCat("scope.lines.lines[", i, "]"), input.lines[i]));
    }
    scope.include_shipping = input.include_shipping;
    if (input.shipping && input.include_shipping) {
      errors_.Add("scope.lines.shipping", "must be unset if include_shipping is set");
    }
    scope.shipping = CheckPositive("scope.lines.shipping", input.shipping);
    scope.goodwill = CheckPositive("scope.lines.goodwill", input.goodwill);
    scope.currency = amounts_.currency();
    return scope;
  }

 private:
  RefundLines::Line CheckLine(const std::string& field, const ScopeInput::Line& line) {
    const std::optional<std::int64_t> number = ParseOneBased(line.line_id);
    if (!number) errors_.Add(field + ".line_id", "must be the line_id of a line of the order");
    if (!named_.insert(line.line_id).second) errors_.Add(field + ".line_id", "must not occur twice");
    if (line.quantity < 1) errors_.Add(field + ".quantity", "must be at least 1");
    const std::optional<std::int64_t> amount = CheckOptional(field + ".amount", line.amount);
    if (line.withheld) errors_.Add(field + ".withheld", "must be empty: the service computes it");
    return {number.value_or(1) - 1, line.quantity, amount};
  }

  // Returns nullopt for an unset amount, and after a violation.
  std::optional<std::int64_t> CheckOptional(const std::string& field, const std::optional<Amount>& amount) {
    if (!amount) return std::nullopt;
    return amounts_.Check(field, *amount);
  }

  // Returns 0 for an unset amount, and after a violation.
  std::int64_t CheckPositive(const std::string& field, const std::optional<Amount>& amount) {
    const std::optional<std::int64_t> minor_units = CheckOptional(field, amount);
    if (minor_units == 0) errors_.Add(field + ".minor_units", "must be at least 1");
    return minor_units.value_or(0);
  }

  FieldErrors& errors_;
  AmountChecker amounts_{"refund", errors_};
  std::set<std::string_view> named_;
};

struct ScopeChecker {
  FieldErrors& errors;

  std::optional<RefundScope> operator()(const std::monostate&) const {
    errors.Add("scope", "must set exactly one of everything, amount and lines");
    return std::nullopt;
  }
  std::optional<RefundScope> operator()(const RefundEverything& everything) const { return everything; }
  std::optional<RefundScope> operator()(const Amount& amount) const {
    const std::optional<Money> money = CheckAmount("scope.amount", amount, errors);
    if (!money) return std::nullopt;
    return *money;
  }
  std::optional<RefundScope> operator()(const ScopeInput::Lines& input) const {
    return CompositionChecker(errors).Check(input);
  }
};

struct ScopeSerializer {
  FieldWriter& content;
  void operator()(const std::monostate&) const {}
  void operator()(const RefundEverything&) const {}
  void operator()(const Amount& amount) const { content(amount); }
  void operator()(const ScopeInput::Lines& lines) const {
    content(lines.lines), content(lines.include_shipping);
  }
};

}  // namespace

std::optional<std::int64_t> ParseOneBased(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || text.front() == '0') {
    return std::nullopt;
  }
  return number;
}

std::optional<RefundScope> CheckScope(const ScopeInput& input, FieldErrors& errors) {
  return std::visit(ScopeChecker{errors}, input.scope);
}

void AppendScope(const ScopeInput& input, FieldWriter& content) {
  content(input.scope.index());
  std::visit(ScopeSerializer{content}, input.scope);
}

void AppendComposition(const ScopeInput& input, FieldWriter& content) {
  const auto* lines = std::get_if<ScopeInput::Lines>(&input.scope);
  if (lines == nullptr) return;
  std::vector<std::optional<Amount>> amounts;
  for (const ScopeInput::Line& line : lines->lines) amounts.push_back(line.amount);
  amounts.push_back(lines->shipping);
  amounts.push_back(lines->goodwill);
  const bool requested = std::any_of(amounts.begin(), amounts.end(),
                                     [](const std::optional<Amount>& amount) { return amount.has_value(); });
  // The name separates the amounts from other appended fields.
  if (requested) content(std::string("amounts")), content(amounts);
}

}  // namespace keelson
