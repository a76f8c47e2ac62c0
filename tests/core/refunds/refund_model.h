// A simple model of the refunds of one order, independent of the code under test: the model keeps a list of
// refunds and adds them up whenever a sum is needed. Amounts are in minor units, small enough for int64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/common/id.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"

namespace keelson {

struct ModelTerms {
  absl::Duration window = absl::Hours(24);
  std::set<OrderState> states;
  bool partial = true;
  std::int64_t max_per_order = 10;
  // nullopt: no refund needs approval.
  std::optional<std::int64_t> approval_above;
};

struct ModelScope {
  struct Line {
    // Zero-based; may be a line that the order does not have.
    std::int64_t index = 0;
    std::int64_t quantity = 0;
    std::optional<std::int64_t> amount;
  };
  RefundScopeKind kind = RefundScopeKind::kEverything;
  bool other_currency = false;
  std::int64_t amount = 0;
  std::vector<Line> lines;
  bool include_shipping = false;
  std::int64_t shipping = 0;
  std::int64_t goodwill = 0;

  bool has_amounts() const;
};

struct ModelPart {
  std::int64_t quantity = 0;
  std::int64_t amount = 0;
  std::int64_t withheld = 0;
  bool operator==(const ModelPart&) const = default;
};

struct ModelPortion {
  std::int64_t amount = 0;
  std::int64_t shipping = 0;
  // By zero-based index of the line.
  std::map<std::int64_t, ModelPart> lines;
};

using ModelRules = std::set<std::string>;

struct ModelRefund {
  RefundId id;
  RefundScopeKind scope = RefundScopeKind::kUnspecified;
  RefundReason reason = RefundReason::kUnspecified;
  std::string requested_by;
  // The rules that failed and were overridden.
  ModelRules overridden;
  ModelPortion portion;
  // Zero-based index in ModelOrder::payments.
  std::size_t payment = 0;
  // The number of the call that created the refund, and whether that call created several refunds.
  int call = 0;
  bool is_split = false;
  RefundState state = RefundState::kApproved;
  std::optional<absl::Time> due_time;
  std::int64_t attempts = 0;
  std::int64_t retries = 0;
  std::int64_t version = 0;
  // Whether the last call changed the refund.
  bool changed = true;

  bool is_open() const { return state == RefundState::kApproved || state == RefundState::kProcessing; }
  std::string key() const;
};

// The names of the failed rules, the rules that would fail without an override, the portion (nullopt if the
// amount can't be computed), and whether the refund needs approval.
struct ModelVerdict {
  std::vector<std::string> failed;
  ModelRules overridden;
  std::optional<ModelPortion> portion;
  bool needs_approval = false;
};

struct ModelOrder {
  struct Line {
    std::int64_t quantity = 0;
    std::int64_t total = 0;
  };
  struct Totals {
    std::int64_t refunded = 0;
    std::int64_t pending = 0;
    std::int64_t shipping = 0;
    std::int64_t count = 0;
    std::map<std::int64_t, ModelPart> lines;
  };

  OrderId id;
  std::vector<Line> lines;
  std::int64_t shipping = 0;
  OrderState state = OrderState::kPending;
  // The amounts of the payments, oldest first.
  std::vector<std::int64_t> payments;
  // False if one payment paid the total.
  bool was_paid_in_parts = false;
  std::optional<absl::Time> deliver_time;
  std::vector<ModelRefund> refunds;
  std::int64_t version = 0;
  bool changed = true;

  std::int64_t total() const;
  std::int64_t paid() const;
  Totals totals() const;
  std::int64_t refundable() const;
  // The sums of the refunds of a payment.
  Totals TotalsOf(std::size_t payment) const;
  // The refunds of a call that creates `whole`: one for each payment, in the order of the payments.
  std::vector<ModelRefund> Split(const ModelRefund& whole) const;
  // The share of `quantity` more units of a line.
  std::int64_t ShareOf(std::int64_t index, std::int64_t quantity) const;

  ModelVerdict Judge(const ModelScope& scope, const ModelTerms& terms, absl::Time now,
                     const ModelRules& overrides = {}) const;
  // Judges a FAILED refund that is retried.
  ModelVerdict JudgeRetry(const ModelRefund& refund, const ModelTerms& terms, absl::Time now) const;

 private:
  bool HasUnits(std::int64_t index, std::int64_t quantity) const;
  bool IsAvailable(const ModelScope& scope) const;
  ModelPortion Everything() const;
  ModelPortion Compose(const ModelScope& scope) const;
  std::optional<ModelPortion> PortionOf(const ModelScope& scope) const;
  std::optional<ModelPortion> PortionOfRetry(const ModelRefund& refund) const;
  std::vector<std::string> FailedPolicyRules(const std::optional<ModelPortion>& portion,
                                             const ModelTerms& terms, absl::Time now) const;
  bool NeedsApproval(const std::optional<ModelPortion>& portion, const ModelTerms& terms) const;
};

}  // namespace keelson
