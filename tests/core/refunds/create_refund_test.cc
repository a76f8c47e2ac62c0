#include "core/refunds/create_refund.h"

#include <catch2/catch.hpp>
#include <thread>

#include "core/orders/get_order.h"
#include "core/orders/order_repository.h"
#include "core/refunds/get_refund.h"
#include "core/refunds/refund_rules.h"
#include "core/store/idempotent_execution.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

TEST_CASE("A refund of everything reserves the whole amount on the order and is due at once") {
  World world;
  const Order order = world.Delivered();
  world.NewEvents();
  const std::size_t outbox = world.Outbox().size();
  const Refund refund = Must(world.Refunded(order, Everything()));
  CHECK(refund->state == RefundState::kApproved);
  CHECK(refund.amount().ToString() == "35.00 EUR");
  CHECK(refund->scope == RefundScopeKind::kEverything);
  CHECK(refund->lines == std::vector<RefundLine>{{0, 3, 3000}});
  CHECK(refund->shipping == 500);
  CHECK(refund.goodwill() == 0);
  CHECK(refund->order_id == order->id);
  CHECK(refund->user_id == order->user_id);
  CHECK(refund->reason == RefundReason::kDefective);
  CHECK(refund->note == "broken");
  CHECK(refund->requested_by == "web");
  CHECK(refund->payment_provider == "recorded");
  CHECK(refund->payment_reference == "charge-1");
  CHECK(refund->due_time == world.clock.Now());
  CHECK(refund->attempts == 0);
  CHECK(world.Load(refund->id).fields() == refund.fields());
  CHECK(world.Load(order->id)->refund_pending == 3500);
  CHECK(world.Load(order->id).refundable() == 0);
  CHECK(world.Load(order->id)->version > order->version);
  CHECK(world.NewEvents() == Fields{"refund.requested"});
  CHECK(world.Outbox().size() == outbox);
  CHECK(world.Events().back().payload == "{\"order_id\":\"" + order->id.ToString() +
                                             R"(","amount":3500,"currency_code":"EUR","reason":"DEFECTIVE",)"
                                             R"("state":"APPROVED"})");
}

TEST_CASE(
    "A refund of lines reserves the units, their share of the line's total, and shipping if requested") {
  World world;
  const Order order = world.Delivered({LineOf(3, 33, 0, 1), LineOf(2, 1000)});
  const Refund refund = Must(world.Refunded(order, Units("1", 2, true)));
  CHECK(refund->amount == 66 + 500);
  CHECK(refund->shipping == 500);
  CHECK(refund->lines == std::vector<RefundLine>{{0, 2, 66}});
  CHECK(world.Load(order->id)->lines[0].refunded_quantity == 2);
  CHECK(world.Load(order->id)->lines[0].refunded_amount == 66);
  CHECK(world.Load(order->id)->refunded_shipping == 500);
  CHECK(Must(world.Refunded(order, Units("1", 1)))->amount == 34);
  const Refund rest = Must(world.Refunded(order, Everything()));
  CHECK(rest->amount == 2000);
  CHECK(rest->lines == std::vector<RefundLine>{{1, 2, 2000}});
}

TEST_CASE("A refund combines lines below their share, a part of the shipping and goodwill") {
  World world;
  const Order order = world.Delivered();
  const Refund refund = Must(world.Refunded(order, Parts({UnitsFor("1", 2, 1700)}, 120, 30)));
  CHECK(refund->amount == 1850);
  CHECK(refund->scope == RefundScopeKind::kLines);
  CHECK(refund->lines == std::vector<RefundLine>{{0, 2, 1700, 300}});
  CHECK(refund->shipping == 120);
  CHECK(refund.goodwill() == 30);
  CHECK(world.Load(refund->id).fields() == refund.fields());
  const Order after = world.Load(order->id);
  CHECK(after->lines[0].refunded_amount == 1700);
  CHECK(after->lines[0].withheld_amount == 300);
  CHECK(after->refunded_shipping == 120);
  CHECK(after.refundable() == 3500 - 1850);
}

TEST_CASE("After a refund of an amount, units are recorded with the amount that is left") {
  World world;
  const Order order = world.Delivered();
  CHECK(Must(world.Refunded(order, AmountOf(3400)))->scope == RefundScopeKind::kAmount);
  CHECK(Must(world.Refunded(order, Units("1", 1)))->lines == std::vector<RefundLine>{{0, 1, 100, 900}});
  CHECK(Must(world.Refunded(order, Units("1", 2)))->lines == std::vector<RefundLine>{{0, 2, 0, 2000}});
  CHECK(world.Load(order->id)->lines[0].refunded_quantity == 3);
  CHECK(ReasonOf(world.Refunded(order, Everything())) == "REFUND_NOT_ALLOWED");
}

TEST_CASE("A refund of everything fails if no amount is left, even if units are left") {
  World world;
  const Order order = world.Delivered();
  Must(world.Refunded(order, AmountOf(3500)).status());
  const auto repeated = world.Refunded(order, Everything());
  Fields rules;
  for (const PreconditionViolation& violation : Details(repeated).preconditions)
    rules.push_back(violation.type);
  CHECK(rules == Fields{"AMOUNT_POSITIVE", "WITHIN_REFUNDABLE"});
}

TEST_CASE("A failed refund returns its withheld share, so that the units can be refunded again") {
  World world;
  const Order order = world.Delivered();
  Must(world.Refunded(order, Parts({UnitsFor("1", 3, 100)}, 500)).status());
  world.payments.script = {FakePaymentProvider::Failed()};
  world.Settle();
  CHECK(world.Load(order->id)->lines == order->lines);
  CHECK(Must(world.Refunded(order, Everything()))->lines == std::vector<RefundLine>{{0, 3, 3000}});
}

TEST_CASE("A refund has the labels of its request") {
  World world;
  const Order order = world.Delivered();
  const RefundPolicies policies(world.refunds);
  CreateRefundCommand command;
  command.order_id = order->id.ToString();
  command.scope = AmountOf(1);
  command.labels = {{"ticket", "T-7"}};
  CreateRefund create(world.store, world.clock, world.ids, policies);
  const Refund refund = Must(create.Handle(world.context, command));
  CHECK(refund->labels == command.labels);
  CHECK(world.Load(refund->id)->labels == command.labels);
}

TEST_CASE("Units whose share rounds to 0 are recorded, so that the refunds add up to the line's total") {
  World world;
  const Order order = world.Delivered({LineOf(10, 1, 5, 0, "JPY"), LineOf(1, 500, 0, 0, "JPY")});
  std::vector<std::int64_t> amounts;
  for (int i = 0; i < 10; ++i) amounts.push_back(Must(world.Refunded(order, Units("1", 1)))->amount);
  CHECK(amounts == std::vector<std::int64_t>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1});
  CHECK(world.Load(order->id)->lines[0].refunded_quantity == 10);
  CHECK(world.Load(order->id)->lines[0].refunded_amount == 5);
  CHECK(world.Load(order->id)->refund_count == 10);
  CHECK(ReasonOf(world.Refunded(order, Units("1", 1))) == "REFUND_NOT_ALLOWED");
}

TEST_CASE(
    "Units of a free line can be refunded alone, also after the whole amount of the order was refunded") {
  World world;
  const Order order = world.Delivered({LineOf(2, 0), LineOf(1, 1000)});
  const Refund first = Must(world.Refunded(order, Units("1", 1)));
  CHECK(first->amount == 0);
  CHECK(first->state == RefundState::kApproved);
  CHECK(first->lines == std::vector<RefundLine>{{0, 1, 0}});
  Must(world.Refunded(order, AmountOf(1500)).status());
  CHECK(Must(world.Refunded(order, Units("1", 1)))->amount == 0);
  CHECK(ReasonOf(world.Refunded(order, Units("1", 1))) == "REFUND_NOT_ALLOWED");
}

TEST_CASE(
    "If partial refunds are not allowed, the whole rest of a partly refunded order can still be refunded") {
  World world;
  const Order order = world.Delivered();
  Must(world.Refunded(order, AmountOf(1000)).status());
  world.refunds.partial = false;
  CHECK(ReasonOf(world.Refunded(order, AmountOf(2499))) == "REFUND_NOT_ALLOWED");
  CHECK(Must(world.Refunded(order, Everything()))->amount == 2500);
}

TEST_CASE("A refund above the approval threshold waits for approval, and the owner gets an e-mail") {
  World world;
  world.refunds.approval_above[*Currency::Parse("EUR")] = 1000;
  const Order order = world.Delivered();
  CHECK(Must(world.Refunded(order, AmountOf(1000)))->state == RefundState::kApproved);
  const std::size_t outbox = world.Outbox().size();
  const Refund refund = Must(world.Refunded(order, AmountOf(1001)));
  CHECK(refund->state == RefundState::kRequested);
  CHECK_FALSE(refund->due_time.has_value());
  CHECK(world.Load(order->id)->refund_pending == 2001);
  REQUIRE(world.Outbox().size() == outbox + 1);
  CHECK(world.Outbox().back().template_name == "refund_requested");
  CHECK(world.Outbox().back().variables.at("amount") == "10.01 EUR");
  CHECK(world.Settle() == 1);
  CHECK(world.Load(refund->id)->state == RefundState::kRequested);
}

TEST_CASE("A refund that is split into small refunds waits for approval above the threshold of their sum") {
  World world;
  world.refunds.approval_above[*Currency::Parse("EUR")] = 1000;
  const Order order = world.Delivered();
  CHECK(Must(world.Refunded(order, AmountOf(600)))->state == RefundState::kApproved);
  world.Settle();
  CHECK(Must(world.Refunded(order, AmountOf(400)))->state == RefundState::kApproved);
  CHECK(Must(world.Judged(order, AmountOf(1))).judgement.needs_approval);
  CHECK(Must(world.Refunded(order, AmountOf(1)))->state == RefundState::kRequested);
}

TEST_CASE("The error of CreateRefund names each violated rule, and nothing changes") {
  World world;
  world.refunds.partial = false;
  const Order order = world.Paid();
  world.NewEvents();
  const auto result = world.Refunded(order, AmountOf(9999));
  CHECK(ReasonOf(result) == "REFUND_NOT_ALLOWED");
  Fields rules;
  for (const PreconditionViolation& violation : Details(result).preconditions) {
    rules.push_back(violation.type);
    CHECK(violation.subject == order->id.ToString());
  }
  CHECK(rules == Fields{"ORDER_STATE", "PARTIAL_ALLOWED", "WITHIN_REFUNDABLE"});
  CHECK(Details(result).preconditions[0].description == "the order is PAID, not DELIVERED");
  CHECK(world.Load(order->id).fields() == order.fields());
  CHECK(world.NewEvents().empty());
}

TEST_CASE("Every invalid field of a refund is reported") {
  World world;
  const RefundPolicies policies(world.refunds);
  CreateRefund create(world.store, world.clock, world.ids, policies);
  CreateRefundCommand command;
  command.request_id = "\n";
  command.order_id = "x";
  command.note = std::string(501, 'n');
  command.labels = {{"", "v"}};
  CHECK(BadFields(create.Handle(world.context, command)) ==
        Fields{"request_id", "note", "labels[\"\"]", "order_id", "scope"});
  const auto faults = [&](ScopeInput scope) {
    CreateRefundCommand scoped;
    scoped.order_id = "order_01h455vb4pex5vsknk084sn02q";
    scoped.scope = std::move(scope);
    return BadFields(create.Handle(world.context, scoped));
  };
  CHECK(faults(AmountOf(-1, "eur")) == Fields{"scope.amount.currency_code", "scope.amount.minor_units"});
  CHECK(faults({ScopeInput::Lines{}}) == Fields{"scope.lines.lines"});
  CHECK(faults({ScopeInput::Lines{std::vector(501, ScopeInput::Line{"1", 1, std::nullopt}), false}}) ==
        Fields{"scope.lines.lines"});
  CHECK(faults({ScopeInput::Lines{{{"1", 1, std::nullopt}, {"1", 1, std::nullopt}}, false}}) ==
        Fields{"scope.lines.lines[1].line_id"});
  CHECK(faults({ScopeInput::Lines{{{"2", 0, std::nullopt}, {"3", -1, std::nullopt}}, false}}) ==
        Fields{"scope.lines.lines[0].quantity", "scope.lines.lines[1].quantity"});
  for (const std::string bad : {"", "0", "-1", "+1", "01", "1 ", " 1", "1x", "x", "99999999999999999999"}) {
    CAPTURE(bad);
    CHECK(faults(Units(bad, 1)) == Fields{"scope.lines.lines[0].line_id"});
  }
  CHECK(faults(Everything()).empty());
  CHECK(faults({ScopeInput::Lines{{}, true}}).empty());
}

TEST_CASE("Every invalid amount of a composition is reported") {
  World world;
  const RefundPolicies policies(world.refunds);
  CreateRefund create(world.store, world.clock, world.ids, policies);
  const auto faults = [&](ScopeInput scope) {
    CreateRefundCommand command;
    command.order_id = "order_01h455vb4pex5vsknk084sn02q";
    command.scope = std::move(scope);
    return BadFields(create.Handle(world.context, command));
  };
  const Amount euro = {"EUR", 1};
  CHECK(faults(Parts({UnitsFor("1", 1, -1), UnitsFor("2", 1, 1, "eur")}, 0)) ==
        Fields{"scope.lines.lines[0].amount.minor_units", "scope.lines.lines[1].amount.currency_code"});
  CHECK(faults({ScopeInput::Lines{{{"1", 1, std::nullopt, euro}}, false}}) ==
        Fields{"scope.lines.lines[0].withheld"});
  CHECK(faults({ScopeInput::Lines{{}, false, Amount{"EUR", 0}, Amount{"EUR", 0}}}) ==
        Fields{"scope.lines.shipping.minor_units", "scope.lines.goodwill.minor_units"});
  CHECK(faults({ScopeInput::Lines{{}, true, euro}}) == Fields{"scope.lines.shipping"});
  CHECK(faults({ScopeInput::Lines{
            {{"1", 1, euro}, {"2", 1, Amount{"USD", 1}}}, false, Amount{"JPY", 1}, Amount{"EUR", 1}}}) ==
        Fields{"scope.lines.lines[1].amount.currency_code", "scope.lines.shipping.currency_code"});
  // A refund of an amount of 0 for units only records the units.
  CHECK(faults(Parts({UnitsFor("1", 1, 0)}, 0)).empty());
  CHECK(faults({ScopeInput::Lines{{}, false, euro}}).empty());
  CHECK(faults({ScopeInput::Lines{{}, true, std::nullopt, euro}}).empty());
}

TEST_CASE("CreateRefund and CheckRefund reject an unknown order") {
  World world;
  OrderFields fields;
  fields.id = OrderId(Uuid{9});
  CHECK(ReasonOf(world.Refunded(Order(fields), Everything())) == "ORDER_NOT_FOUND");
  CHECK(ReasonOf(world.Judged(Order(fields), Everything())) == "ORDER_NOT_FOUND");
}

TEST_CASE(
    "A repeated CreateRefund returns the first refund; the same request id with other content is rejected") {
  World world;
  const Order order = world.Delivered();
  const Refund first = Must(world.Refunded(order, Units("1", 1), "request-1"));
  world.Settle();
  world.NewEvents();
  CHECK(Must(world.Refunded(order, Units("1", 1), "request-1")).fields() == first.fields());
  for (const ScopeInput& other :
       {Everything(), AmountOf(1000), Units("1", 2), Units("2", 1), Units("1", 1, true),
        Parts({UnitsFor("1", 1, 1000)}, 0), Parts({{"1", 1}}, 1), Parts({{"1", 1}}, 0, 1)}) {
    CHECK(ReasonOf(world.Refunded(order, other, "request-1")) == "REQUEST_ID_REUSED");
  }
  CHECK(world.NewEvents().empty());
  CHECK(world.RefundsOf(order->id).size() == 1);
  // The same content with another request id, or without one, creates another refund.
  CHECK(ReasonOf(world.Refunded(order, Units("1", 1), "request-2")) == "OK");
  CHECK(ReasonOf(world.Refunded(order, Units("1", 1))) == "OK");
}

// The content of a call in versions before compositions and labels.
std::string EarlierContent(const Order& order, const std::string& line_id, std::int64_t quantity) {
  FieldWriter line;
  line(line_id), line(quantity);
  FieldWriter content;
  content(order->id.ToString()), content(std::size_t{3});
  content(std::size_t{1}), content(line.Take());
  content(false), content(RefundReason::kDefective), content(std::string("broken"));
  return content.Take();
}

TEST_CASE("a request without labels or amounts repeats a call that an earlier version recorded") {
  World world;
  const Order order = world.Delivered();
  RefundFields recorded;
  recorded.id = RefundId(Uuid{7});
  recorded.currency = order->currency;
  const Idempotency call(world.context, "CreateRefund", "r1", EarlierContent(order, "1", 2));
  Must(ExecuteIdempotently<RefundFields>(
           world.store, world.context, call, world.clock.Now(),
           [&](WriteTransaction&) -> absl::StatusOr<RefundFields> { return recorded; })
           .status());
  CHECK(Must(world.Refunded(order, Units("1", 2), "r1"))->id == recorded.id);
  CHECK(ReasonOf(world.Refunded(order, Units("1", 1), "r1")) == "REQUEST_ID_REUSED");
}

TEST_CASE("the same request id with other labels is rejected") {
  World world;
  const RefundPolicies policies(world.refunds);
  CreateRefund create(world.store, world.clock, world.ids, policies);
  CreateRefundCommand command;
  command.request_id = "r1";
  command.order_id = world.Delivered()->id.ToString();
  command.scope = AmountOf(1);
  command.labels = {{"ticket", "T-7"}};
  const RefundId made = Must(create.Handle(world.context, command))->id;
  CHECK(Must(create.Handle(world.context, command))->id == made);
  command.labels = {{"ticket", "T-8"}};
  CHECK(ReasonOf(create.Handle(world.context, command)) == "REQUEST_ID_REUSED");
  command.labels.clear();
  CHECK(ReasonOf(create.Handle(world.context, command)) == "REQUEST_ID_REUSED");
}

TEST_CASE("Concurrent refunds never exceed the paid amount") {
  World world;
  world.refunds.max_per_order = 100;
  const Order order = world.Delivered();
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { made += world.Refunded(order, AmountOf(1000)).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(made == 3);
  CHECK(world.Load(order->id)->refund_pending == 3000);
}

TEST_CASE("CheckRefund returns all verdicts and the refund amount, and changes nothing") {
  World world;
  world.refunds.approval_above[*Currency::Parse("EUR")] = 1000;
  const Order order = world.Delivered();
  world.NewEvents();
  const RefundCheck check = Must(world.Judged(order, Units("1", 2)));
  CHECK(check.judgement.allowed);
  CHECK(check.judgement.needs_approval);
  CHECK(check.amount == Money{order->currency, 2000});
  CHECK(check.judgement.portion == RefundPortion{2000, 0, {{0, 2, 2000, 0}}});
  CHECK(check.judgement.verdicts.size() == RefundRules().size());
  const RefundCheck missing = Must(world.Judged(order, Units("2", 1)));
  CHECK_FALSE(missing.judgement.allowed);
  CHECK_FALSE(missing.amount.has_value());
  CHECK(BadFields(world.Judged(order, {})) == Fields{"scope"});
  CHECK(world.Load(order->id).fields() == order.fields());
  CHECK(world.NewEvents().empty());
}

TEST_CASE("A refund is found by its id, and refunds are listed newest first") {
  World world;
  const Order order = world.Delivered();
  std::vector<RefundId> made;
  for (int i = 0; i < 5; ++i) made.push_back(Must(world.Refunded(order, AmountOf(1)))->id);
  GetRefund get(world.store);
  CHECK(Must(get.Handle(world.context, made[0].ToString()))->id == made[0]);
  CHECK(BadFields(get.Handle(world.context, order->id.ToString())) == Fields{"id"});
  CHECK(ReasonOf(get.Handle(world.context, "refund_01h455vb4pex5vsknk084sn02q")) == "REFUND_NOT_FOUND");

  const PageTokens tokens(Sha256("key"));
  ListRefunds list(world.store, tokens);
  ListRefundsQuery query;
  query.page_size = 2;
  query.order_id = order->id.ToString();
  std::vector<RefundId> seen;
  do {
    const RefundPage page = Must(list.Handle(world.context, query));
    for (const Refund& refund : page.refunds) seen.push_back(refund->id);
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  CHECK(seen == std::vector<RefundId>(made.rbegin(), made.rend()));
  query.order_id = query.user_id = "x";
  CHECK(BadFields(list.Handle(world.context, query)) == Fields{"order_id", "user_id"});
}

TEST_CASE("ListRefunds filters by the reference of the order and by the reference of the payment") {
  World world;
  CreateOrderCommand command;
  command.user_id = world.Ada()->id.ToString();
  command.lines = {LineOf(1, 1000)};
  command.reference = "shop-1";
  const Order order = Must(world.Deliver(Must(world.Ship(Must(world.Pay(Must(world.Create(command))))))));
  const Order other = world.Delivered();
  const RefundId refund = Must(world.Refunded(order, AmountOf(1)))->id;
  Must(world.Refunded(other, AmountOf(1)).status());
  const PageTokens tokens(Sha256("key"));
  const auto list = [&](auto change) {
    ListRefundsQuery query;
    change(query);
    return ListRefunds(world.store, tokens).Handle(world.context, query);
  };
  const auto ids = [&](auto change) {
    std::vector<RefundId> found;
    for (const Refund& row : Must(list(change)).refunds) found.push_back(row->id);
    return found;
  };
  using Ids = std::vector<RefundId>;
  CHECK(ids([](auto& q) { q.order_reference = "\tshop-1"; }) == Ids{refund});
  CHECK(ids([](auto& q) { q.order_reference = "shop-2"; }).empty());
  CHECK(ids([&](auto& q) { q.order_reference = "shop-1", q.order_id = order->id.ToString(); }) ==
        Ids{refund});
  CHECK(ids([&](auto& q) { q.order_reference = "shop-1", q.order_id = other->id.ToString(); }).empty());
  CHECK(ids([&](auto& q) { q.payment_reference = order->payment_reference; }).size() == 2);
  CHECK(ids([](auto& q) { q.payment_reference = "other"; }).empty());
  CHECK(ids([](auto& q) { q.label = {"channel", "web"}; }).empty());
  CHECK(BadFields(list([](auto& q) {
          q.order_reference = "\u3000";
          q.payment_reference = " ";
          q.label = {"", ""};
        })) == Fields{"payment_reference", "order_reference", "label.key"});
  const std::string token = Must(list([](auto& q) { q.page_size = 1; })).next_page_token;
  CHECK(ReasonOf(list([&](auto& q) { q.page_token = token, q.order_reference = "shop-1"; })) ==
        "PAGE_TOKEN_INVALID");
}

TEST_CASE("Lists by a reference find references that earlier versions stored as sent") {
  World world;
  const Order order = world.Delivered();
  OrderFields fields = order.fields();
  fields.id = world.ids.Next<OrderKind>();
  fields.reference = "old 1 ";
  fields.payment_reference += " ";
  const Order old(fields);
  Must(world.store.Write(Deadline::Never(), [&](WriteTransaction& tx) { return tx.orders().Insert(old); }));
  const RefundId refund = Must(world.Refunded(order, AmountOf(1)))->id;
  const RefundId refund_of_old = Must(world.Refunded(old, AmountOf(1)))->id;

  const PageTokens tokens(Sha256("key"));
  // Reads pages of one row.
  const auto ids = [&](auto list, auto query, auto rows) {
    std::vector<std::string> found;
    query.page_size = 1;
    do {
      const auto page = Must(list.Handle(world.context, query));
      for (const auto& row : page.*rows) found.push_back(row->id.ToString());
      query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
    return found;
  };
  const auto orders = [&](const std::string& reference, const std::string& payment) {
    ListOrdersQuery query;
    query.reference = reference;
    query.payment_reference = payment;
    return ids(ListOrders(world.store, tokens), query, &OrderPage::orders);
  };
  const auto refunds = [&](const std::string& order_reference, const std::string& payment) {
    ListRefundsQuery query;
    query.order_reference = order_reference;
    query.payment_reference = payment;
    return ids(ListRefunds(world.store, tokens), query, &RefundPage::refunds);
  };
  const Fields old_order = {old->id.ToString()};
  CHECK(orders("old 1 ", "") == old_order);
  CHECK(orders("old 1", "").empty());
  CHECK(orders("", "charge-1 ") == Fields{old->id.ToString(), order->id.ToString()});
  CHECK(orders("", "charge-1") == Fields{order->id.ToString()});
  CHECK(orders("old 1 ", "charge-1 ") == old_order);
  const Fields old_refund = {refund_of_old.ToString()};
  CHECK(refunds("old 1 ", "") == old_refund);
  CHECK(refunds("old 1", "").empty());
  CHECK(refunds("", "charge-1 ") == Fields{refund_of_old.ToString(), refund.ToString()});
  CHECK(refunds("", "charge-1") == Fields{refund.ToString()});
  CHECK(refunds("old 1 ", "charge-1 ") == old_refund);
}

}  // namespace
}  // namespace keelson
