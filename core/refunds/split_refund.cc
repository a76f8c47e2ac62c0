#include "core/refunds/split_refund.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/refunds/refund_repository.h"

namespace keelson {
namespace {

class PortionSplitter {
 public:
  explicit PortionSplitter(std::vector<OrderPayment> payments)
      : payments_(std::move(payments)), portions_(1) {}

  void AddLine(RefundPortion::Line line) {
    do {
      const std::int64_t taken = Take(line.amount);
      portions_.back().lines.push_back({line.index, line.quantity, taken, line.withheld});
      line = {line.index, 0, line.amount - taken, 0};
    } while (line.amount > 0);
  }

  void AddShipping(std::int64_t amount) {
    while (amount > 0) {
      const std::int64_t taken = Take(amount);
      portions_.back().shipping += taken;
      amount -= taken;
    }
  }

  void AddGoodwill(std::int64_t amount) {
    while (amount > 0) amount -= Take(amount);
  }

  std::vector<RefundPortion> Finish() { return std::move(portions_); }

 private:
  // Adds as much of `amount` to the last portion as its payment has left. Returns the added amount, which is
  // 0 only for the amount 0.
  std::int64_t Take(std::int64_t amount) {
    if (amount > 0 && left_ == 0) BeginPortion();
    const std::int64_t taken = std::min(amount, left_);
    portions_.back().amount += taken;
    left_ -= taken;
    return taken;
  }

  // Continues with the next payment that has an amount left.
  void BeginPortion() {
    while (next_ < payments_.size() && payments_[next_].refundable() <= 0) ++next_;
    // The portion exceeds the payments only if the caller has not checked it; the store then rejects the
    // order.
    const bool exists = next_ < payments_.size();
    left_ = exists ? payments_[next_].refundable() : std::numeric_limits<std::int64_t>::max();
    if (portions_.back().amount > 0) portions_.emplace_back();
    portions_.back().payment = exists ? next_++ : std::max<std::size_t>(payments_.size(), 1) - 1;
  }

  const std::vector<OrderPayment> payments_;
  std::size_t next_ = 0;
  // The amount that the payment of the last portion has left; 0 before the first payment.
  std::int64_t left_ = 0;
  std::vector<RefundPortion> portions_;
};

}  // namespace

std::vector<RefundPortion> SplitPortion(const Order& order, const RefundPortion& portion) {
  PortionSplitter splitter(order.payments());
  for (const RefundPortion::Line& line : portion.lines) splitter.AddLine(line);
  splitter.AddShipping(portion.shipping);
  splitter.AddGoodwill(portion.goodwill());
  return splitter.Finish();
}

std::vector<RefundPortion> PortionsOf(const Order& order, const RefundPortion& portion,
                                      std::optional<std::size_t> payment) {
  return payment ? std::vector<RefundPortion>{portion} : SplitPortion(order, portion);
}

std::string SplitIdsOf(const std::vector<RefundId>& ids) {
  if (ids.size() == 1) return "";
  return absl::StrJoin(ids, ",",
                       [](std::string* out, const RefundId& id) { absl::StrAppend(out, id.ToString()); });
}

absl::StatusOr<std::vector<Refund>> InsertRefunds(WriteTransaction& tx, const CallContext& context,
                                                  IdGenerator& ids, Order& order, Refund::Request request,
                                                  std::optional<std::size_t> payment, absl::Time now) {
  const std::vector<RefundPortion> portions = PortionsOf(order, request.portion, payment);
  std::vector<RefundId> refund_ids;
  for (std::size_t i = 0; i < portions.size(); ++i) refund_ids.push_back(ids.Next<RefundKind>());
  request.split_ids = SplitIdsOf(refund_ids);
  std::vector<Refund> refunds;
  for (std::size_t i = 0; i < portions.size(); ++i) {
    request.portion = portions[i];
    const Refund& refund = refunds.emplace_back(Refund::Create(refund_ids[i], order, request, now));
    order.HoldRefund(refund.source(), refund.portion(), now);
    RETURN_IF_ERROR(tx.refunds().Insert(refund));
    RETURN_IF_ERROR(tx.events().Append(RefundRequestedEvent(refund, context, now)));
  }
  return refunds;
}

Money SumOf(const std::vector<Refund>& refunds) {
  Money sum = refunds.front().amount();
  for (std::size_t i = 1; i < refunds.size(); ++i) sum.minor_units += refunds[i]->amount;
  return sum;
}

absl::StatusOr<std::vector<Refund>> LockOthers(WriteTransaction& tx, const Refund& refund) {
  std::vector<RefundId> ids = SplitIds(refund.fields());
  std::erase(ids, refund->id);
  if (ids.empty()) return std::vector<Refund>();
  return tx.refunds().FindManyForUpdate(ids);
}

}  // namespace keelson
