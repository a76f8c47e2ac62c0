#include "core/orders/order_steps.h"

#include <catch2/catch.hpp>

#include "core/common/etag.h"
#include "core/refunds/cancel_order.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

PayOrderCommand Payment(const Order& order) {
  PayOrderCommand command;
  command.id = order->id.ToString();
  command.amount = Amount{std::string(order->currency.code()), order->total};
  command.payment_reference = "charge-1";
  return command;
}

absl::StatusOr<Order> Pay(World& world, const PayOrderCommand& command) {
  const RefundPolicies policies(world.refunds);
  return PayOrder(world.store, world.clock, world.ids, policies, {{"recorded", "bank"}, true})
      .Handle(world.context, command);
}

TEST_CASE("An order moves from PENDING to DELIVERED, with an event and a timestamp for each transition") {
  World world;
  Order order = world.Pending();
  world.NewEvents();
  world.clock.Advance(absl::Minutes(1));
  order = Must(world.Pay(order));
  CHECK(order->state == OrderState::kPaid);
  CHECK(order->pay_time == world.clock.Now());
  CHECK(order->paid == order->total);
  CHECK(order->payment_provider == "recorded");
  world.clock.Advance(absl::Minutes(1));
  order = Must(world.Ship(order));
  CHECK(order->ship_time == world.clock.Now());
  world.clock.Advance(absl::Minutes(1));
  order = Must(world.Deliver(order));
  CHECK(order->state == OrderState::kDelivered);
  CHECK(order->deliver_time == world.clock.Now());
  CHECK(world.Load(order->id).fields() == order.fields());
  CHECK(world.NewEvents() == Fields{"order.paid", "order.shipped", "order.delivered"});
}

TEST_CASE("A payment must be positive, and at most the unpaid amount in the order's currency") {
  World world;
  const Order order = world.Pending();
  world.NewEvents();
  const std::pair<Amount, std::string> kRefused[] = {{Amount{"EUR", 3501}, "amount"},
                                                     {Amount{"EUR", 0}, "amount.minor_units"},
                                                     {Amount{"USD", 3500}, "amount.currency_code"}};
  for (const auto& [amount, field] : kRefused) {
    PayOrderCommand refused = Payment(order);
    refused.amount = amount;
    CHECK(BadFields(Pay(world, refused)) == Fields{field});
  }
  PayOrderCommand command = Payment(order);
  command.amount = Amount{"EUR", -3500};
  CHECK(BadFields(Pay(world, command)) == Fields{"amount.minor_units"});
  command.amount.reset();
  CHECK(BadFields(Pay(world, command)) == Fields{"amount"});
  CHECK(world.Load(order->id).fields() == order.fields());
  CHECK(world.NewEvents().empty());
  CHECK(ReasonOf(Pay(world, Payment(order))) == "OK");
}

TEST_CASE("PayOrder accepts only the configured payment providers, and defaults to the first one") {
  World world;
  PayOrderCommand command = Payment(world.Pending());
  command.payment_provider = "stripe";
  CHECK(BadFields(Pay(world, command)) == Fields{"payment.provider"});
  CHECK(Details(Pay(world, command)).fields.at(0).description ==
        "must be empty or one of the configured payment providers: recorded, bank");
  command.payment_reference = std::string(256, 'r');
  CHECK(BadFields(Pay(world, command)) == Fields{"payment.provider", "payment.provider_reference"});
  command.payment_provider = "bank";
  command.payment_reference = std::string(255, 'r');
  CHECK(Must(Pay(world, command))->payment_provider == "bank");
  PayOrderCommand without_provider = Payment(world.Pending());
  without_provider.payment_provider = "";
  CHECK(Must(Pay(world, without_provider))->payment_provider == "recorded");
}

TEST_CASE("The reference of a payment is stored without white space at either end, and in NFC") {
  World world;
  PayOrderCommand command = Payment(world.Pending());
  command.payment_reference = " \n";
  CHECK(BadFields(Pay(world, command)) == Fields{"payment.provider_reference"});
  command.payment_reference = "\tcafe\u0301-7 ";
  CHECK(Must(Pay(world, command))->payment_reference == "caf\u00e9-7");
}

TEST_CASE("An order whose paid amount is refunded or reserved in full can't be shipped") {
  World world;
  world.refunds.states = {OrderState::kPaid};
  const Order order = world.Paid();
  Must(world.Refunded(order, AmountOf(order->total - 1)).status());
  Must(world.Refunded(order, AmountOf(1)).status());
  world.NewEvents();
  const auto shipped = world.Ship(order);
  CHECK(ReasonOf(shipped) == "ORDER_REFUNDED");
  CHECK_THAT(std::string(shipped.status().message()), Catch::Contains("35.00 EUR"));
  CHECK(world.Load(order->id)->state == OrderState::kPaid);
  CHECK(world.NewEvents().empty());
  world.Settle();
  CHECK(ReasonOf(world.Ship(order)) == "ORDER_REFUNDED");
}

TEST_CASE("An order that is refunded in part, and an order with the total 0, can be shipped") {
  World world;
  world.refunds.states = {OrderState::kPaid};
  const Order order = world.Paid();
  Must(world.Refunded(order, AmountOf(order->total - 1)).status());
  CHECK(Must(world.Ship(order))->state == OrderState::kShipped);
  CHECK(Must(world.Ship(world.Paid({LineOf(1, 100, 100)})))->state == OrderState::kShipped);
}

TEST_CASE("An order with the total 0 can be paid with the amount 0") {
  World world;
  CreateOrderCommand command;
  command.user_id = world.Ada()->id.ToString();
  command.lines = {LineOf(1, 100, 100)};
  const Order order = Must(world.Create(command));
  CHECK(Must(world.Pay(order))->state == OrderState::kPaid);
  CHECK(Must(world.Cancel(order))->state == OrderState::kCancelled);
  CHECK(world.RefundsOf(order->id).empty());
}

// Executes a state transition of an order with a request id and an etag.
using StepCall = std::function<absl::StatusOr<Order>(World&, const Order&, std::string, std::string)>;

struct NamedStep {
  std::string_view name;
  std::function<Order(World&)> before;
  StepCall take;
};

const NamedStep kNamedSteps[] = {
    {"pay", [](World& world) { return world.Pending(); },
     [](World& world, const Order& order, std::string request_id, std::string etag) {
       PayOrderCommand command = Payment(order);
       command.request_id = std::move(request_id);
       command.etag = std::move(etag);
       return Pay(world, command);
     }},
    {"ship", [](World& world) { return world.Paid(); },
     [](World& world, const Order& order, std::string request_id, std::string etag) {
       return ShipOrder(world.store, world.clock)
           .Handle(world.context, {request_id, order->id.ToString(), etag});
     }},
    {"deliver", [](World& world) { return Must(world.Ship(world.Paid())); },
     [](World& world, const Order& order, std::string request_id, std::string etag) {
       return DeliverOrder(world.store, world.clock)
           .Handle(world.context, {request_id, order->id.ToString(), etag});
     }},
    {"cancel", [](World& world) { return world.Paid(); },
     [](World& world, const Order& order, std::string request_id, std::string etag) {
       const RefundPolicies policies(world.refunds);
       return CancelOrder(world.store, world.clock, world.ids, policies)
           .Handle(world.context, {request_id, order->id.ToString(), "changed my mind", etag});
     }},
};

TEST_CASE("A state transition succeeds with the current etag and fails with a stale etag") {
  for (const NamedStep& step : kNamedSteps) {
    CAPTURE(step.name);
    World world;
    const Order order = step.before(world);
    world.NewEvents();
    const auto stale = step.take(world, order, "", EtagOf(order->version - 1));
    CHECK(ReasonOf(stale) == "ETAG_MISMATCH");
    CHECK(Fact(stale, "etag") == EtagOf(order->version));
    CHECK(world.Load(order->id).fields() == order.fields());
    CHECK(world.NewEvents().empty());
    const auto taken = step.take(world, order, "", EtagOf(order->version));
    REQUIRE(ReasonOf(taken) == "OK");
    CHECK((*taken)->version > order->version);
    CHECK(world.Load(order->id).fields() == taken->fields());
  }
}

TEST_CASE(
    "A repeated transition returns the first response; the same request id with other content is rejected") {
  for (const NamedStep& step : kNamedSteps) {
    CAPTURE(step.name);
    World world;
    const Order order = step.before(world);
    const Order first = Must(step.take(world, order, "request-1", ""));
    world.NewEvents();
    const std::size_t outbox = world.Outbox().size();
    world.clock.Advance(absl::Hours(1));
    CHECK(Must(step.take(world, order, "request-1", "")).fields() == first.fields());
    CHECK(ReasonOf(step.take(world, order, "request-1", EtagOf(1))) == "REQUEST_ID_REUSED");
    CHECK(ReasonOf(step.take(world, step.before(world), "request-1", "")) == "REQUEST_ID_REUSED");
    CHECK(ReasonOf(step.take(world, order, "request-2", "")) == "ORDER_STATE");
    CHECK(world.Load(order->id).fields() == first.fields());
    CHECK(world.Outbox().size() == outbox);
  }
}

TEST_CASE("A state transition of an unknown order or an invalid id is rejected") {
  for (const NamedStep& step : kNamedSteps) {
    CAPTURE(step.name);
    World world;
    OrderFields fields = step.before(world).fields();
    fields.id = OrderId(Uuid{9});
    CHECK(ReasonOf(step.take(world, Order(fields), "", "")) == "ORDER_NOT_FOUND");
    CHECK(BadFields(step.take(world, Order(fields), "\n", "")) == Fields{"request_id"});
  }
  World world;
  CHECK(BadFields(ShipOrder(world.store, world.clock).Handle(world.context, {"\n", "user_1", ""})) ==
        Fields{"request_id", "id"});
}

}  // namespace
}  // namespace keelson
