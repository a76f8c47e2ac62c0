// Makes random calls on orders and checks the invariants of refunds after every call:
// - The refunds never exceed the paid amount, nor the total of any line.
// - The order's totals are the sums over its refunds.
// - CreateRefund succeeds if and only if CheckRefund allows the refund.
// - The provider moves money at most once for an idempotency key.
// - Every change has one event, and the hash chain is valid.
#include <catch2/catch.hpp>
#include <map>

#include "tests/core/world.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {
    world_.refunds.max_per_order = 25;
    world_.refunds.states = {OrderState::kPaid, OrderState::kDelivered};
    world_.refunds.approval_above[*Currency::Parse("EUR")] = 6000;
    world_.payments.on_refund = [this](const PaymentRefund& refund) { Decide(refund); };
    for (int i = 0; i < 3; ++i) orders_.push_back(NewOrder());
  }

  void Step() {
    const Order order = world_.Load(orders_[random_.Below(orders_.size())]);
    switch (random_.Below(8)) {
      case 0:
        world_.Settle();
        break;
      case 1:
        world_.clock.Advance(absl::Seconds(static_cast<double>(random_.Below(600))));
        break;
      case 2:
        if (random_.Below(20) == 0) (void)world_.Cancel(order);
        break;
      default:
        TryRefund(order);
    }
    for (const OrderId id : orders_) CheckOrder(world_.Load(id));
  }

  // Settles refunds until every refund has a definite outcome.
  void Finish() {
    certain_ = true;
    for (int i = 0; i < 100; ++i) {
      world_.clock.Advance(absl::Minutes(20));
      world_.Settle();
    }
    for (const OrderId id : orders_) {
      for (const Refund& refund : world_.RefundsOf(id)) REQUIRE(refund->state != RefundState::kProcessing);
      CheckOrder(world_.Load(id));
    }
    CheckMoney();
    CheckEvents();
  }

 private:
  OrderId NewOrder() {
    std::vector<CreateOrderCommand::Line> lines;
    for (std::uint64_t i = 0; i <= random_.Below(3); ++i) {
      const auto quantity = static_cast<std::int64_t>(1 + random_.Below(7));
      lines.push_back(LineOf(quantity, static_cast<std::int64_t>(random_.Below(2000)), 0,
                             static_cast<std::int64_t>(random_.Below(50))));
    }
    return (random_.Below(2) == 0 ? world_.Paid(lines) : world_.Delivered(lines))->id;
  }

  ScopeInput RandomScope(const Order& order) {
    const std::uint64_t kind = random_.Below(12);
    if (kind == 0) return Everything();
    if (kind <= 2) return AmountOf(static_cast<std::int64_t>(random_.Below(3000)), kind == 1 ? "EUR" : "USD");
    const std::uint64_t line = 1 + random_.Below(order->lines.size() + 1);
    return Units(StrCat(line), static_cast<std::int64_t>(1 + random_.Below(3)), random_.Below(4) == 0);
  }

  // CreateRefund must succeed if and only if CheckRefund allows the refund.
  void TryRefund(const Order& order) {
    const ScopeInput scope = RandomScope(order);
    const RefundCheck check = Must(world_.Judged(order, scope));
    const std::string request_id = StrCat("request-", ++requests_);
    const auto made = world_.Refunded(order, scope, request_id);
    REQUIRE(check.judgement.allowed == made.ok());
    if (!made.ok()) {
      REQUIRE(ReasonOf(made) == "REFUND_NOT_ALLOWED");
      REQUIRE(world_.Load(order->id).fields() == order.fields());
      return;
    }
    REQUIRE(check.amount == made->amount());
    REQUIRE(check.judgement.needs_approval == ((*made)->state == RefundState::kRequested));
    const Order after = world_.Load(order->id);
    REQUIRE(after->version > order->version);
    REQUIRE(Must(world_.Refunded(order, scope, request_id)).fields() == made->fields());
    REQUIRE(world_.Load(order->id).fields() == after.fields());
  }

  void Decide(const PaymentRefund& refund) {
    const auto known = world_.payments.moved.find(refund.idempotency_key);
    if (known != world_.payments.moved.end()) {
      REQUIRE(known->second == refund.amount);
      return;  // the provider recognizes the key and repeats its response
    }
    switch (certain_ ? 0 : random_.Below(4)) {
      case 0:
        return;
      case 1:
        world_.payments.script = {FakePaymentProvider::Failed()};
        return;
      case 2:
        world_.payments.Move(refund);  // the money is moved, but the response is lost
        [[fallthrough]];
      default:
        world_.payments.script = {FakePaymentProvider::Unknown()};
    }
  }

  void CheckOrder(const Order& order) {
    std::int64_t refunded = 0;
    std::int64_t pending = 0;
    std::int64_t shipping = 0;
    std::int64_t count = 0;
    std::vector<OrderLine> lines = order->lines;
    for (OrderLine& line : lines) line.refunded_quantity = line.refunded_amount = 0;
    for (const Refund& refund : world_.RefundsOf(order->id)) {
      REQUIRE(refund->currency == order->currency);
      if (order->state == OrderState::kCancelled) REQUIRE(refund->state != RefundState::kRequested);
      CheckSum(refund);
      const bool succeeded = refund->state == RefundState::kSucceeded;
      if (!succeeded && !HoldsAmount(refund->state)) continue;
      (succeeded ? refunded : pending) += refund->amount;
      shipping += refund->shipping;
      ++count;
      for (const RefundLine& part : refund->lines) {
        OrderLine& line = lines[static_cast<std::size_t>(part.index)];
        line.refunded_quantity += part.quantity;
        line.refunded_amount += part.amount;
      }
    }
    REQUIRE(refunded + pending <= order->paid);
    REQUIRE(order->refunded == refunded);
    REQUIRE(order->refund_pending == pending);
    REQUIRE(order->refunded_shipping == shipping);
    REQUIRE(order->refund_count == count);
    REQUIRE(order->lines == lines);
    REQUIRE(shipping <= order->shipping);
    for (const OrderLine& line : lines) {
      REQUIRE(line.refunded_quantity <= line.quantity);
      REQUIRE(line.refunded_amount <= line.total);
    }
  }

  static void CheckSum(const Refund& refund) {
    REQUIRE((refund->amount > 0 || (refund->amount == 0 && !refund->lines.empty())));
    if (refund->lines.empty()) return;
    std::int64_t sum = refund->shipping;
    for (const RefundLine& line : refund->lines) sum += line.amount;
    REQUIRE(refund->amount == sum);
  }

  // The provider must have moved exactly the amounts of the SUCCEEDED refunds.
  void CheckMoney() {
    std::map<std::string, Money> succeeded;
    for (const OrderId id : orders_) {
      for (const Refund& refund : world_.RefundsOf(id)) {
        if (refund->state == RefundState::kSucceeded)
          succeeded.emplace(refund->id.ToString(), refund.amount());
      }
    }
    REQUIRE(succeeded == world_.payments.moved);
    REQUIRE_FALSE(succeeded.empty());
  }

  void CheckEvents() {
    Sha256Digest hash{};
    std::int64_t sequence = 0;
    std::map<std::string, std::vector<std::string>> event_types;
    for (const Event& event : world_.Events()) {
      REQUIRE(event.sequence == ++sequence);
      hash = ChainedHash(hash, event);
      REQUIRE(event.hash == hash);
      if (event.type.starts_with("refund.")) event_types[event.subject].push_back(event.type);
    }
    for (const OrderId id : orders_) {
      for (const Refund& refund : world_.RefundsOf(id)) {
        Fields expected = {"refund.requested"};
        if (refund->attempts > 0) expected.push_back("refund.processing");
        if (refund->state == RefundState::kSucceeded) expected.push_back("refund.succeeded");
        if (refund->state == RefundState::kFailed) expected.push_back("refund.failed");
        if (refund->state == RefundState::kCancelled) expected.push_back("refund.cancelled");
        REQUIRE(event_types[refund->id.ToString()] == expected);
      }
    }
  }

  World world_;
  FakeEntropy random_;
  std::vector<OrderId> orders_;
  int requests_ = 0;
  bool certain_ = false;
};

TEST_CASE("The invariants of refunds hold after any sequence of calls") {
  const Seed first(1);
  for (std::uint64_t seed = first.value(); seed < first.value() + 8; ++seed) {
    CAPTURE(seed);
    Model model(seed);
    for (int step = 0; step < 200; ++step) model.Step();
    model.Finish();
  }
}

}  // namespace
}  // namespace keelson
