#include "core/orders/create_order.h"

#include <catch2/catch.hpp>
#include <limits>

#include "core/orders/get_order.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

CreateOrderCommand Basket(World& world, std::vector<CreateOrderCommand::Line> lines) {
  CreateOrderCommand command;
  command.user_id = world.Ada()->id.ToString();
  command.lines = std::move(lines);
  return command;
}

Fields Faults(World& world, std::vector<CreateOrderCommand::Line> lines) {
  const auto result = world.Create(Basket(world, std::move(lines)));
  CHECK(ReasonOf(result) == "FIELD_INVALID");
  return BadFields(result);
}

TEST_CASE("An order's totals are computed from its lines and its shipping") {
  World world;
  CreateOrderCommand command = Basket(world, {LineOf(3, 1000, 100, 570), LineOf(1, 250), LineOf(2, 0)});
  command.shipping = Amount{"EUR", 499};
  command.reference = "shop-1";
  command.labels = {{"channel", "web"}};
  world.NewEvents();
  const Order order = Must(world.Create(command));
  CHECK(order->lines[0].total == 3470);
  CHECK(order->lines[1].total == 250);
  CHECK(order->lines[2].total == 0);
  CHECK(order->shipping == 499);
  CHECK(order->total == 3470 + 250 + 499);
  CHECK(order->state == OrderState::kPending);
  CHECK(order->currency.code() == "EUR");
  CHECK(order->user_id == world.Ada()->id);
  CHECK(order->reference == "shop-1");
  CHECK(order->labels == Labels{{"channel", "web"}});
  CHECK(order->paid == 0);
  CHECK(order.refundable() == 0);
  CHECK(order->create_time == world.clock.Now());
  CHECK(world.Load(order->id).fields() == order.fields());
  CHECK(world.NewEvents() == Fields{"order.created"});
  CHECK(world.Events().back().payload == R"({"total":4219,"currency_code":"EUR"})");
  CHECK(world.Events().back().subject == order->id.ToString());
}

TEST_CASE("CreateOrder rejects a user that does not exist or is not ACTIVE") {
  World world;
  CreateOrderCommand command = Basket(world, {LineOf(1, 1)});
  command.user_id = "ada";
  CHECK(BadFields(world.Create(command)) == Fields{"user_id"});
  command.user_id = "user_01h455vb4pex5vsknk084sn02q";
  CHECK(ReasonOf(world.Create(command)) == "USER_NOT_FOUND");
  for (const auto& step : {&World::Suspend, &World::Delete}) {
    const UserState state = Must((world.*step)(world.Ada(), ""))->state;
    const auto result = world.Create(Basket(world, {LineOf(1, 1)}));
    CHECK(ReasonOf(result) == "USER_NOT_ACTIVE");
    CHECK(Fact(result, "state") == UserStateName(state));
    CHECK(Fact(result, "expected") == "ACTIVE");
  }
}

TEST_CASE("CreateOrder accepts 1 to 500 lines") {
  World world;
  CHECK(Faults(world, {}) == Fields{"lines"});
  CHECK(Faults(world, std::vector(501, LineOf(1, 1))) == Fields{"lines"});
  const Order order = Must(world.Create(Basket(world, std::vector(500, LineOf(1, 1)))));
  CHECK(order->lines.size() == 500);
  CHECK(order->total == 500);
}

TEST_CASE("Fields that the service sets must be empty in the request") {
  World world;
  CreateOrderCommand::Line line = LineOf(1, 100);
  line.line_id = "1";
  line.total = Amount{"EUR", 100};
  line.refunded_quantity = 1;
  line.refunded = Amount{"EUR", 0};
  line.withheld = Amount{"EUR", 0};
  CHECK(Faults(world, {LineOf(1, 1), line}) == Fields{"lines[1].line_id", "lines[1].total",
                                                      "lines[1].refunded_quantity", "lines[1].refunded",
                                                      "lines[1].withheld"});
}

TEST_CASE("CreateOrder checks the limits of each field of a line, and the error names the field's path") {
  World world;
  const auto faults = [&](auto change) {
    CreateOrderCommand::Line line = LineOf(2, 100);
    change(line);
    return Faults(world, {LineOf(1, 1), line});
  };
  using Line = CreateOrderCommand::Line;
  CHECK(faults([](Line& l) { l.quantity = 0; }) == Fields{"lines[1].quantity"});
  CHECK(faults([](Line& l) { l.quantity = -1; }) == Fields{"lines[1].quantity"});
  CHECK(faults([](Line& l) { l.quantity = 1'000'001; }) == Fields{"lines[1].quantity"});
  CHECK(faults([](Line& l) { l.unit_price.reset(); }) == Fields{"lines[1].unit_price"});
  CHECK(faults([](Line& l) { l.unit_price->minor_units = -1; }) == Fields{"lines[1].unit_price.minor_units"});
  CHECK(faults([](Line& l) { l.unit_price->currency_code = "eur"; }) ==
        Fields{"lines[1].unit_price.currency_code"});
  CHECK(faults([](Line& l) { l.discount = Amount{"EUR", -1}; }) == Fields{"lines[1].discount.minor_units"});
  CHECK(faults([](Line& l) { l.discount = Amount{"EUR", 201}; }) == Fields{"lines[1].discount.minor_units"});
  CHECK(faults([](Line& l) { l.tax = Amount{"EUR", -1}; }) == Fields{"lines[1].tax.minor_units"});
  CHECK(faults([](Line& l) { l.sku = std::string(101, 's'); }) == Fields{"lines[1].sku"});
  CHECK(faults([](Line& l) { l.sku = "a\nb"; }) == Fields{"lines[1].sku"});
  CHECK(faults([](Line& l) { l.title = std::string(301, 't'); }) == Fields{"lines[1].title"});
  CHECK(faults([](Line& l) { l.title = "\xff"; }) == Fields{"lines[1].title"});

  CreateOrderCommand::Line line = LineOf(1'000'000, 100, 100'000'000);
  line.sku = std::string(100, 's');
  CHECK(Must(world.Create(Basket(world, {line})))->total == 0);
}

TEST_CASE("Every invalid field of an order is reported") {
  World world;
  CreateOrderCommand command = Basket(world, {LineOf(0, -1), LineOf(1, 1), LineOf(1, 1, 2)});
  command.request_id = "\n";
  command.user_id = "x";
  command.shipping = Amount{"EUR", -1};
  command.reference = std::string(101, 'r');
  command.labels = {{"", ""}};
  CHECK(BadFields(world.Create(command)) ==
        Fields{"request_id", "user_id", "lines[0].quantity", "lines[0].unit_price.minor_units",
               "lines[2].discount.minor_units", "shipping.minor_units", "reference", "labels[\"\"]"});
}

TEST_CASE("CreateOrder rejects amounts in different currencies") {
  World world;
  CHECK(Faults(world, {LineOf(1, 1), LineOf(1, 1, 0, 0, "USD")}) ==
        Fields{"lines[1].unit_price.currency_code"});
  CreateOrderCommand::Line line = LineOf(1, 100);
  line.discount = Amount{"USD", 1};
  line.tax = Amount{"JPY", 1};
  CHECK(Faults(world, {line}) == Fields{"lines[0].discount.currency_code", "lines[0].tax.currency_code"});
  CreateOrderCommand command = Basket(world, {LineOf(1, 1)});
  command.shipping = Amount{"USD", 0};
  CHECK(BadFields(world.Create(command)) == Fields{"shipping.currency_code"});
}

TEST_CASE("CreateOrder rejects amounts and totals above the maximum") {
  World world;
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  CHECK(Faults(world, {LineOf(1, kHuge)}) == Fields{"lines[0].unit_price.minor_units"});
  CHECK(Faults(world, {LineOf(kHuge, 1)}) == Fields{"lines[0].quantity"});
  CHECK(Faults(world, {LineOf(1'000'000, kMaxMinorUnits)}) == Fields{"lines[0].unit_price.minor_units"});
  CHECK(Faults(world, {LineOf(2, kMaxMinorUnits / 2 + 1)}) == Fields{"lines[0].unit_price.minor_units"});
  CHECK(Faults(world, {LineOf(1, 1, 0, kHuge)}) == Fields{"lines[0].tax.minor_units"});
  CHECK(Faults(world, {LineOf(1, kMaxMinorUnits), LineOf(1, 1)}) == Fields{"lines"});
  CHECK(Faults(world, std::vector(500, LineOf(1, kMaxMinorUnits, 0, kMaxMinorUnits))) == Fields{"lines"});
  CreateOrderCommand command = Basket(world, {LineOf(1, kMaxMinorUnits)});
  command.shipping = Amount{"EUR", 1};
  CHECK(BadFields(world.Create(command)) == Fields{"lines"});
  command.shipping.reset();
  CHECK(Must(world.Create(command))->total == kMaxMinorUnits);
}

TEST_CASE("A reference is unique, and any number of orders may have no reference") {
  World world;
  CreateOrderCommand command = Basket(world, {LineOf(1, 1)});
  CHECK(ReasonOf(world.Create(command)) == "OK");
  CHECK(ReasonOf(world.Create(command)) == "OK");
  command.reference = "shop-1";
  CHECK(ReasonOf(world.Create(command)) == "OK");
  world.NewEvents();
  CHECK(ReasonOf(world.Create(command)) == "REFERENCE_TAKEN");
  CHECK(world.NewEvents().empty());
}

TEST_CASE("A reference is stored and compared without white space at either end, and in NFC") {
  World world;
  CreateOrderCommand command = Basket(world, {LineOf(1, 1)});
  command.request_id = "request-1";
  command.reference = " Cafe\u0301 1\t";
  const Order order = Must(world.Create(command));
  CHECK(order->reference == "Caf\u00e9 1");
  CHECK(Must(world.Create(command))->id == order->id);
  // The content of a call is the text as sent.
  command.reference = "Caf\u00e9 1";
  CHECK(ReasonOf(world.Create(command)) == "REQUEST_ID_REUSED");
  command.request_id.clear();
  CHECK(ReasonOf(world.Create(command)) == "REFERENCE_TAKEN");
  command.reference = " \u00a0 ";
  CHECK(BadFields(world.Create(command)) == Fields{"reference"});
  GetOrder get(world.store);
  CHECK(Must(get.ByReference(world.context, "Cafe\u0301 1 "))->id == order->id);
  CHECK(BadFields(get.ByReference(world.context, " ")) == Fields{"reference"});
  CHECK(BadFields(get.ByReference(world.context, std::string(101, 'r'))) == Fields{"reference"});
}

TEST_CASE("An order whose reference an earlier version stored as sent is found by this reference") {
  World world;
  OrderFields fields = Must(world.Create(Basket(world, {LineOf(1, 1)}))).fields();
  fields.id = world.ids.Next<OrderKind>();
  fields.reference = "old 1 ";
  Must(world.store.Write(Deadline::Never(),
                         [&](WriteTransaction& tx) { return tx.orders().Insert(Order(fields)); }));
  GetOrder get(world.store);
  CHECK(Must(get.ByReference(world.context, "old 1 "))->id == fields.id);
  CHECK(ReasonOf(get.ByReference(world.context, "old 1")) == "ORDER_NOT_FOUND");
}

TEST_CASE(
    "A repeated CreateOrder returns the first order; the same request id with other content is rejected") {
  World world;
  CreateOrderCommand command = Basket(world, {LineOf(1, 100)});
  command.request_id = "request-1";
  const Order first = Must(world.Create(command));
  world.NewEvents();
  Must(world.Pay(first).status());
  world.NewEvents();
  CHECK(Must(world.Create(command)).fields() == first.fields());
  CHECK(world.NewEvents().empty());

  const auto reused = [&](auto change) {
    CreateOrderCommand other = command;
    change(other);
    return ReasonOf(world.Create(other)) == "REQUEST_ID_REUSED";
  };
  CHECK(reused([](auto& c) { c.lines[0].quantity = 2; }));
  CHECK(reused([](auto& c) { c.lines[0].unit_price->minor_units = 101; }));
  CHECK(reused([](auto& c) { c.lines[0].tax = Amount{"EUR", 1}; }));
  CHECK(reused([](auto& c) { c.lines[0].sku = "other"; }));
  CHECK(reused([](auto& c) { c.lines[0].title = "other"; }));
  CHECK(reused([](auto& c) { c.lines.push_back(c.lines[0]); }));
  CHECK(reused([](auto& c) { c.shipping = Amount{"EUR", 0}; }));
  CHECK(reused([](auto& c) { c.reference = "other"; }));
  CHECK(reused([](auto& c) { c.labels = {{"a", "b"}}; }));
  CHECK(reused([](auto& c) { c.user_id = "user_01h455vb4pex5vsknk084sn02q"; }));
  CHECK(world.NewEvents().empty());
}

}  // namespace
}  // namespace keelson
