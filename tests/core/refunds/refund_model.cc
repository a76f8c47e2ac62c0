#include "tests/core/refunds/refund_model.h"

#include <algorithm>
#include <numeric>

#include "core/common/strings.h"

namespace keelson {
namespace {

// Moves the failed rules that are overridden to `overridden`.
void MoveOverridden(ModelVerdict& verdict, const ModelRules& overrides) {
  const auto first =
      std::stable_partition(verdict.failed.begin(), verdict.failed.end(),
                            [&](const std::string& rule) { return !overrides.contains(rule); });
  verdict.overridden.insert(first, verdict.failed.end());
  verdict.failed.erase(first, verdict.failed.end());
}

}  // namespace

bool ModelScope::has_amounts() const {
  const bool of_lines = std::any_of(lines.begin(), lines.end(), [](const Line& line) { return line.amount; });
  return kind == RefundScopeKind::kAmount || of_lines || shipping > 0 || goodwill > 0;
}

std::string ModelRefund::key() const {
  return retries == 0 ? id.ToString() : StrCat(id.ToString(), "-", retries);
}

std::int64_t ModelOrder::total() const {
  std::int64_t sum = shipping;
  for (const Line& line : lines) sum += line.total;
  return sum;
}

std::int64_t ModelOrder::paid() const {
  return std::accumulate(payments.begin(), payments.end(), std::int64_t{0});
}

ModelOrder::Totals ModelOrder::totals() const {
  Totals totals;
  for (std::size_t i = 0; i < lines.size(); ++i) totals.lines[static_cast<std::int64_t>(i)];
  for (std::size_t payment = 0; payment < payments.size(); ++payment) {
    const Totals sums = TotalsOf(payment);
    totals.refunded += sums.refunded;
    totals.pending += sums.pending;
    totals.shipping += sums.shipping;
    totals.count += sums.count;
    for (const auto& [index, part] : sums.lines) {
      totals.lines[index].quantity += part.quantity;
      totals.lines[index].amount += part.amount;
      totals.lines[index].withheld += part.withheld;
    }
  }
  return totals;
}

ModelOrder::Totals ModelOrder::TotalsOf(std::size_t payment) const {
  Totals totals;
  for (const ModelRefund& refund : refunds) {
    if (refund.payment != payment) continue;
    const bool succeeded = refund.state == RefundState::kSucceeded;
    if (!succeeded && !refund.is_open() && refund.state != RefundState::kRequested) continue;
    (succeeded ? totals.refunded : totals.pending) += refund.portion.amount;
    totals.shipping += refund.portion.shipping;
    ++totals.count;
    for (const auto& [index, part] : refund.portion.lines) {
      totals.lines[index].quantity += part.quantity;
      totals.lines[index].amount += part.amount;
      totals.lines[index].withheld += part.withheld;
    }
  }
  return totals;
}

std::int64_t ModelOrder::refundable() const {
  const Totals sums = totals();
  return paid() - sums.refunded - sums.pending;
}

// Assigns each minor unit of the refund to the payment of one refundable minor unit, the oldest payment
// first.
std::vector<ModelRefund> ModelOrder::Split(const ModelRefund& whole) const {
  std::vector<std::size_t> payers;
  for (std::size_t payment = 0; payment < payments.size(); ++payment) {
    const Totals sums = TotalsOf(payment);
    payers.resize(payers.size() + static_cast<std::size_t>(payments[payment] - sums.refunded - sums.pending),
                  payment);
  }
  if (whole.portion.amount == 0) payers.assign(1, 0);
  std::map<std::size_t, ModelPortion> portions;
  std::size_t next = 0;
  const auto pay_one = [&]() -> ModelPortion& {
    ModelPortion& portion = portions[payers.at(next++)];
    ++portion.amount;
    return portion;
  };
  for (const auto& [index, part] : whole.portion.lines) {
    // The first minor unit brings the units; a line without an amount stays with the part before it.
    const std::size_t first = part.amount > 0 || next == 0 ? next : next - 1;
    portions[payers.at(first)].lines[index] = {part.quantity, 0, part.withheld};
    for (std::int64_t i = 0; i < part.amount; ++i) ++pay_one().lines[index].amount;
  }
  for (std::int64_t i = 0; i < whole.portion.shipping; ++i) ++pay_one().shipping;
  while (static_cast<std::int64_t>(next) < whole.portion.amount) pay_one();
  std::vector<ModelRefund> parts;
  for (const auto& [payment, portion] : portions) {
    parts.push_back(whole);
    parts.back().portion = portion;
    parts.back().payment = payment;
    parts.back().is_split = portions.size() > 1;
  }
  return parts;
}

std::int64_t ModelOrder::ShareOf(std::int64_t index, std::int64_t quantity) const {
  const Line& line = lines.at(static_cast<std::size_t>(index));
  const ModelPart before = totals().lines.at(index);
  const std::int64_t due = line.total * (before.quantity + quantity) / line.quantity;
  return std::max<std::int64_t>(due - before.amount - before.withheld, 0);
}

bool ModelOrder::HasUnits(std::int64_t index, std::int64_t quantity) const {
  if (index >= std::ssize(lines)) return false;
  return totals().lines.at(index).quantity + quantity <= lines[static_cast<std::size_t>(index)].quantity;
}

bool ModelOrder::IsAvailable(const ModelScope& scope) const {
  if (scope.kind != RefundScopeKind::kLines) return true;
  for (const ModelScope::Line& line : scope.lines) {
    if (!HasUnits(line.index, line.quantity)) return false;
    if (!scope.other_currency && line.amount > ShareOf(line.index, line.quantity)) return false;
  }
  const std::int64_t refunded = totals().shipping;
  if (scope.include_shipping) return refunded == 0 || refunded < shipping;
  return scope.other_currency || refunded + scope.shipping <= shipping;
}

ModelPortion ModelOrder::Everything() const {
  ModelScope scope;
  for (const auto& [index, part] : totals().lines) {
    const std::int64_t units = lines[static_cast<std::size_t>(index)].quantity - part.quantity;
    if (units > 0) scope.lines.push_back({index, units, std::nullopt});
  }
  scope.include_shipping = true;
  ModelPortion portion = Compose(scope);
  portion.amount = std::max<std::int64_t>(refundable(), 0);
  return portion;
}

ModelPortion ModelOrder::Compose(const ModelScope& scope) const {
  ModelPortion portion;
  const auto limited = [&](std::int64_t amount) {
    return std::min(amount, std::max<std::int64_t>(refundable() - portion.amount, 0));
  };
  for (const auto& [index, quantity, requested] : scope.lines) {
    const std::int64_t share = ShareOf(index, quantity);
    const std::int64_t amount = requested ? *requested : limited(share);
    portion.lines[index] = {quantity, amount, share - amount};
    portion.amount += amount;
  }
  portion.shipping = scope.include_shipping ? limited(shipping - totals().shipping) : scope.shipping;
  portion.amount += portion.shipping + scope.goodwill;
  return portion;
}

std::optional<ModelPortion> ModelOrder::PortionOf(const ModelScope& scope) const {
  if (scope.kind == RefundScopeKind::kEverything) return Everything();
  if (scope.other_currency && scope.has_amounts()) return std::nullopt;
  if (scope.kind == RefundScopeKind::kAmount) return ModelPortion{scope.amount, 0, {}};
  return IsAvailable(scope) ? std::optional(Compose(scope)) : std::nullopt;
}

// A retry keeps the amounts. Only the withheld part follows the share of the units, which other refunds
// change.
std::optional<ModelPortion> ModelOrder::PortionOfRetry(const ModelRefund& refund) const {
  const Totals sums = totals();
  ModelPortion portion = refund.portion;
  for (auto& [index, part] : portion.lines) {
    const ModelPart& before = sums.lines.at(index);
    const std::int64_t left = lines[static_cast<std::size_t>(index)].total - before.amount - before.withheld;
    if (!HasUnits(index, part.quantity) || part.amount > left) return std::nullopt;
    const std::int64_t withheld = std::max<std::int64_t>(ShareOf(index, part.quantity) - part.amount, 0);
    // The rest of the share may be the amount of another refund of the same call.
    part.withheld = refund.is_split ? std::min(part.withheld, withheld) : withheld;
  }
  return sums.shipping + portion.shipping <= shipping ? std::optional(portion) : std::nullopt;
}

std::vector<std::string> ModelOrder::FailedPolicyRules(const std::optional<ModelPortion>& portion,
                                                       const ModelTerms& terms, absl::Time now) const {
  std::vector<std::string> failed;
  if (!terms.states.contains(state)) failed.push_back("ORDER_STATE");
  if (deliver_time && now > *deliver_time + terms.window) failed.push_back("WITHIN_WINDOW");
  if (totals().count >= terms.max_per_order) failed.push_back("REFUNDS_LEFT");
  if (!terms.partial && (!portion || portion->amount != refundable())) failed.push_back("PARTIAL_ALLOWED");
  return failed;
}

bool ModelOrder::NeedsApproval(const std::optional<ModelPortion>& portion, const ModelTerms& terms) const {
  if (!portion || portion->amount == 0 || !terms.approval_above) return false;
  return paid() - refundable() + portion->amount > *terms.approval_above;
}

ModelVerdict ModelOrder::Judge(const ModelScope& scope, const ModelTerms& terms, absl::Time now,
                               const ModelRules& overrides) const {
  ModelVerdict verdict;
  verdict.portion = PortionOf(scope);
  verdict.needs_approval = NeedsApproval(verdict.portion, terms);
  std::vector<std::string>& failed = verdict.failed;
  if (paid() == 0) failed.push_back("ORDER_PAID");
  const std::vector<std::string> policy = FailedPolicyRules(verdict.portion, terms, now);
  failed.insert(failed.end(), policy.begin(), policy.end());
  if (scope.other_currency && scope.has_amounts()) failed.push_back("CURRENCY_MATCHES");
  const bool only_units = !scope.lines.empty() && verdict.portion && verdict.portion->amount == 0;
  if (!only_units && (!verdict.portion || verdict.portion->amount <= 0)) failed.push_back("AMOUNT_POSITIVE");
  if (!IsAvailable(scope)) failed.push_back("LINES_AVAILABLE");
  const bool affordable = verdict.portion && refundable() > 0 && verdict.portion->amount <= refundable();
  if (!only_units && !affordable) failed.push_back("WITHIN_REFUNDABLE");
  MoveOverridden(verdict, overrides);
  return verdict;
}

ModelVerdict ModelOrder::JudgeRetry(const ModelRefund& refund, const ModelTerms& terms,
                                    absl::Time now) const {
  ModelVerdict verdict;
  verdict.portion = PortionOfRetry(refund);
  verdict.needs_approval = NeedsApproval(verdict.portion, terms);
  std::vector<std::string>& failed = verdict.failed;
  if (state != OrderState::kCancelled) failed = FailedPolicyRules(verdict.portion, terms, now);
  if (!verdict.portion) {
    failed.insert(failed.end(), {"AMOUNT_POSITIVE", "LINES_AVAILABLE", "WITHIN_REFUNDABLE"});
  } else if (verdict.portion->amount > refundable()) {
    failed.push_back("WITHIN_REFUNDABLE");
  }
  const Totals sums = TotalsOf(refund.payment);
  const std::int64_t left = payments.at(refund.payment) - sums.refunded - sums.pending;
  if (was_paid_in_parts && (!verdict.portion || verdict.portion->amount > left)) {
    failed.push_back("PAYMENT_AVAILABLE");
  }
  MoveOverridden(verdict, refund.overridden);
  return verdict;
}

}  // namespace keelson
