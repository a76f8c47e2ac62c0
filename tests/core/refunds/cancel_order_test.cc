#include <catch2/catch.hpp>

#include "core/orders/get_order.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

TEST_CASE("Cancelling an unpaid order creates no refund") {
  World world;
  const Order pending = world.Pending();
  world.NewEvents();
  const Order order = Must(world.Cancel(pending, "changed my mind"));
  CHECK(order->state == OrderState::kCancelled);
  CHECK(order->cancel_time == world.clock.Now());
  CHECK(order->refund_pending == 0);
  CHECK(world.RefundsOf(order->id).empty());
  CHECK(world.NewEvents() == Fields{"message.queued", "order.cancelled"});
  const Message email = world.Outbox().back();
  CHECK(email.template_name == "order_cancelled");
  CHECK(email.variables ==
        TemplateVariables{{"order", order->id.ToString()}, {"amount", ""}, {"display_name", "Ada"}});
}

TEST_CASE("Cancelling a paid order creates an APPROVED refund in full, regardless of the refund rules") {
  World world;
  world.refunds.max_per_order = 0;
  world.refunds.states.clear();
  const Order paid = world.Paid();
  world.NewEvents();
  const Order order = Must(world.Cancel(paid, "out of stock"));
  CHECK(order->state == OrderState::kCancelled);
  CHECK(order->refund_pending == order->total);
  CHECK(order.refundable() == 0);
  CHECK(order->refund_count == 1);
  CHECK(world.Load(order->id).fields() == order.fields());
  CHECK(world.NewEvents() == Fields{"refund.requested", "message.queued", "order.cancelled"});

  const std::vector<Refund> refunds = world.RefundsOf(order->id);
  REQUIRE(refunds.size() == 1);
  CHECK(refunds[0]->state == RefundState::kApproved);
  CHECK(refunds[0].amount() == Money{order->currency, 3500});
  CHECK(refunds[0]->reason == RefundReason::kOrderCancelled);
  CHECK(refunds[0]->note == "out of stock");
  CHECK(refunds[0]->requested_by == "web");
  CHECK(refunds[0]->payment_reference == "charge-1");
  CHECK(refunds[0]->due_time == world.clock.Now());
  CHECK(world.Outbox().back().template_name == "order_cancelled");
  CHECK(world.Outbox().back().variables.at("amount") == "35.00 EUR");

  CHECK(world.Settle() == 1);
  CHECK(world.Load(order->id)->refunded == 3500);
  CHECK(world.payments.moved.size() == 1);
}

TEST_CASE(
    "The refund of a cancelled order waits for approval above the threshold, and is paid out afterwards") {
  World world;
  world.refunds.approval_above[*Currency::Parse("EUR")] = 3499;
  const Order order = Must(world.Cancel(world.Paid(), "out of stock"));
  const std::vector<Refund> refunds = world.RefundsOf(order->id);
  REQUIRE(refunds.size() == 1);
  CHECK(refunds[0]->state == RefundState::kRequested);
  CHECK(refunds[0]->amount == 3500);
  const std::vector<Message> emails = world.Outbox();
  REQUIRE(emails.size() >= 2);
  CHECK(emails[emails.size() - 2].template_name == "order_cancelled");
  CHECK(emails[emails.size() - 2].variables.at("amount").empty());
  CHECK(emails.back().template_name == "refund_requested");
  CHECK(emails.back().variables.at("amount") == "35.00 EUR");
  CHECK(world.Settle() == 0);
  Must(world.Approve(refunds[0]).status());
  CHECK(world.Settle() == 1);
  CHECK(world.Load(order->id)->refunded == 3500);
}

TEST_CASE("The approval threshold of the reason ORDER_CANCELLED applies to the refund of a cancelled order") {
  World world;
  world.refunds.approval_above[*Currency::Parse("EUR")] = 0;
  world.refunds.by_reason[RefundReason::kOrderCancelled] = RefundTerms{};
  const Order order = Must(world.Cancel(world.Paid()));
  CHECK(world.RefundsOf(order->id).front()->state == RefundState::kApproved);
}

TEST_CASE("Cancelling an order records all remaining units and the remaining shipping as refunded") {
  World world;
  world.refunds.states = {OrderState::kPaid};
  const Order paid = world.Paid({LineOf(3, 1000), LineOf(2, 0)});
  Must(world.Refunded(paid, Units("1", 1)).status());
  const Order order = Must(world.Cancel(paid));
  CHECK(order->lines[0].refunded_quantity == 3);
  CHECK(order->lines[0].refunded_amount == 3000);
  CHECK(order->lines[1].refunded_quantity == 2);
  CHECK(order->refunded_shipping == 500);
  CHECK(order.refundable() == 0);
}

TEST_CASE("The failed refund of a cancelled order can be retried, although the policy allows no refund") {
  World world;
  world.payments.script = {FakePaymentProvider::Failed()};
  const Order order = Must(world.Cancel(world.Paid()));
  CHECK(world.Settle() == 1);
  const Refund failed = world.RefundsOf(order->id).front();
  REQUIRE(failed->state == RefundState::kFailed);
  world.refunds.states.clear();
  world.refunds.max_per_order = 0;
  world.refunds.partial = false;
  CHECK(Must(world.Retry(failed))->state == RefundState::kApproved);
  CHECK(world.Load(order->id)->refund_pending == 3500);
  CHECK(world.Settle() == 1);
  CHECK(world.Load(order->id)->refunded == 3500);
}

TEST_CASE("Cancelling an order refunds the amount that is neither refunded nor reserved") {
  World world;
  world.refunds.states = {OrderState::kPaid};
  const Order paid = world.Paid();
  Must(world.Refunded(paid, AmountOf(1000)).status());
  CHECK(world.Settle() == 1);
  Must(world.Refunded(paid, Units("1", 1)).status());
  const Order order = Must(world.Cancel(paid));
  CHECK(order->refunded == 1000);
  CHECK(order->refund_pending == 2500);
  CHECK(order->refund_count == 3);
  CHECK(world.Outbox().back().variables.at("amount") == "15.00 EUR");
  while (world.Settle() > 0) {
  }
  CHECK(world.Load(order->id)->refunded == 3500);
  CHECK(world.payments.moved.size() == 3);
}

TEST_CASE("Cancelling an order cancels refunds that wait for approval, and refunds the whole paid amount") {
  World world;
  world.refunds.states = {OrderState::kPaid};
  world.refunds.approval_above[*Currency::Parse("EUR")] = 1000;
  const Order paid = world.Paid();
  const Refund by_amount = Must(world.Refunded(paid, AmountOf(1001)));
  const Refund by_line = Must(world.Refunded(paid, Units("1", 2)));
  REQUIRE(by_amount->state == RefundState::kRequested);
  REQUIRE(by_line->state == RefundState::kRequested);
  world.NewEvents();
  world.clock.Advance(absl::Hours(1));

  const Order order = Must(world.Cancel(paid, "out of stock"));
  CHECK(order->refund_pending == 3500);
  CHECK(order.refundable() == 0);
  CHECK(order->refund_count == 1);
  CHECK(order->lines[0].refunded_quantity == 3);
  CHECK(world.NewEvents() == Fields{"refund.cancelled", "refund.cancelled", "refund.requested",
                                    "message.queued", "message.queued", "order.cancelled"});
  CHECK(world.Outbox().back().variables.at("amount") == "35.00 EUR");
  for (const RefundId id : {by_amount->id, by_line->id}) {
    const Refund superseded = world.Load(id);
    CHECK(superseded->state == RefundState::kCancelled);
    CHECK(superseded->decided_by == "web");
    CHECK(superseded->decision_note == "the order was cancelled");
    CHECK(superseded->decide_time == world.clock.Now());
    CHECK(superseded->update_time == world.clock.Now());
  }
  Must(world.Approve(world.RefundsOf(order->id).front()).status());
  CHECK(world.Settle() == 1);
  CHECK(world.Load(order->id)->refunded == 3500);
  REQUIRE(world.payments.moved.size() == 1);
  CHECK(world.payments.moved.begin()->second == Money{order->currency, 3500});
}

TEST_CASE("Cancelling an order does not cancel refunds that are APPROVED or PROCESSING") {
  World world;
  world.refunds.states = {OrderState::kPaid};
  world.refunds.approval_above[*Currency::Parse("EUR")] = 1000;
  const Order paid = world.Paid();
  world.payments.script = {FakePaymentProvider::Unknown()};
  const Refund processing = Must(world.Refunded(paid, AmountOf(100)));
  world.Settle();
  const Refund approved = Must(world.Refunded(paid, AmountOf(200)));
  const Refund requested = Must(world.Refunded(paid, AmountOf(1200)));
  const Order order = Must(world.Cancel(paid));
  CHECK(world.Load(processing->id)->state == RefundState::kProcessing);
  CHECK(world.Load(approved->id)->state == RefundState::kApproved);
  CHECK(world.Load(requested->id)->state == RefundState::kCancelled);
  CHECK(order->refund_pending == 3500);
  CHECK(world.Outbox().back().variables.at("amount") == "32.00 EUR");
  Must(world.Approve(world.RefundsOf(order->id).front()).status());
  world.clock.Advance(absl::Minutes(15));
  while (world.Settle() > 0) {
  }
  CHECK(world.Load(order->id)->refunded == 3500);
}

TEST_CASE("Cancelling a fully refunded order creates no refund") {
  World world;
  world.refunds.states = {OrderState::kPaid};
  const Order paid = world.Paid();
  Must(world.Refunded(paid, Everything()).status());
  const Order order = Must(world.Cancel(paid));
  CHECK(order->refund_count == 1);
  CHECK(world.RefundsOf(order->id).size() == 1);
}

TEST_CASE("CancelOrder rejects a long reason or a line break, and its e-mail names the order's reference") {
  World world;
  CreateOrderCommand command;
  command.user_id = world.Ada()->id.ToString();
  command.lines = {LineOf(1, 100)};
  command.reference = "shop-1";
  const Order order = Must(world.Create(command));
  CHECK(BadFields(world.Cancel(order, std::string(501, 'x'))) == Fields{"reason"});
  CHECK(BadFields(world.Cancel(order, "a\nb")) == Fields{"reason"});
  CHECK(ReasonOf(world.Cancel(order, std::string(500, 'x'))) == "OK");
  CHECK(world.Outbox().back().variables.at("order") == "shop-1");
}

TEST_CASE("An order is found by its id and by its reference") {
  World world;
  CreateOrderCommand command;
  command.user_id = world.Ada()->id.ToString();
  command.lines = {LineOf(1, 100)};
  command.reference = "shop-1";
  const Order order = Must(world.Create(command));
  GetOrder get(world.store);
  CHECK(Must(get.ById(world.context, order->id.ToString())).fields() == order.fields());
  CHECK(Must(get.ByReference(world.context, "shop-1")).fields() == order.fields());
  CHECK(BadFields(get.ById(world.context, "shop-1")) == Fields{"id"});
  CHECK(BadFields(get.ByReference(world.context, "")) == Fields{"reference"});
  CHECK(ReasonOf(get.ById(world.context, "order_01h455vb4pex5vsknk084sn02q")) == "ORDER_NOT_FOUND");
  CHECK(ReasonOf(get.ByReference(world.context, "shop-2")) == "ORDER_NOT_FOUND");
}

TEST_CASE("Pages list each order once, newest first, and page tokens are bound to the filters") {
  World world;
  std::vector<OrderId> made;
  for (int i = 0; i < 7; ++i) made.push_back(world.Pending()->id);
  const PageTokens tokens(Sha256("key"));
  ListOrders list(world.store, tokens);
  ListOrdersQuery query;
  query.page_size = 3;
  query.user_id = world.Ada()->id.ToString();
  std::vector<OrderId> seen;
  do {
    const OrderPage page = Must(list.Handle(world.context, query));
    CHECK(page.orders.size() <= 3);
    for (const Order& order : page.orders) seen.push_back(order->id);
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  CHECK(seen == std::vector<OrderId>(made.rbegin(), made.rend()));

  query.page_token = Must(list.Handle(world.context, query)).next_page_token;
  query.states = {OrderState::kPaid};
  CHECK(ReasonOf(list.Handle(world.context, query)) == "PAGE_TOKEN_INVALID");
  query.page_size = -1;
  query.user_id = "x";
  CHECK(BadFields(list.Handle(world.context, query)) == Fields{"page_size", "user_id"});
}

TEST_CASE("ListOrders filters by reference, payment reference, label and refund status") {
  World world;
  CreateOrderCommand command;
  command.user_id = world.Ada()->id.ToString();
  command.lines = {LineOf(1, 100)};
  command.reference = "shop-1";
  command.labels = {{"channel", "web"}};
  const Order order = Must(world.Pay(Must(world.Create(command))));
  command.reference = "shop-2";
  command.labels = {{"channel", "app"}};
  const Order other = Must(world.Create(command));
  const PageTokens tokens(Sha256("key"));
  const auto list = [&](auto change) {
    ListOrdersQuery query;
    change(query);
    return ListOrders(world.store, tokens).Handle(world.context, query);
  };
  const auto ids = [&](auto change) {
    std::vector<OrderId> found;
    for (const Order& row : Must(list(change)).orders) found.push_back(row->id);
    return found;
  };
  using Ids = std::vector<OrderId>;
  CHECK(ids([](auto& q) { q.reference = " shop-1 "; }) == Ids{order->id});
  CHECK(ids([](auto& q) { q.reference = "shop-3"; }).empty());
  CHECK(ids([&](auto& q) { q.payment_reference = order->payment_reference + "\n"; }) == Ids{order->id});
  CHECK(ids([](auto& q) { q.payment_reference = "other"; }).empty());
  CHECK(ids([](auto& q) { q.label = {"channel", "app"}; }) == Ids{other->id});
  CHECK(ids([](auto& q) { q.label = {"channel", ""}; }).empty());
  CHECK(ids([](auto& q) { q.refund_statuses = {RefundStatus::kNotRefunded}; }) == Ids{other->id, order->id});
  Must(world.Cancel(order).status());
  world.Settle();
  CHECK(ids([](auto& q) { q.refund_statuses = {RefundStatus::kFullyRefunded}; }) == Ids{order->id});

  CHECK(BadFields(list([](auto& q) {
          q.reference = " ";
          q.payment_reference = std::string(256, 'p');
          q.label = {"", "web"};
        })) == Fields{"reference", "payment_reference", "label.key"});
  CHECK(BadFields(list([](auto& q) { q.label = {std::string(65, 'k'), ""}; })).size() == 1);

  const auto first = [&](auto change) {
    return Must(list([&](auto& q) {
             change(q);
             q.page_size = 1;
           }))
        .next_page_token;
  };
  const std::string token = first([](auto&) {});
  REQUIRE_FALSE(token.empty());
  const auto rejects = [&](auto change) {
    return ReasonOf(list([&](auto& q) {
             change(q);
             q.page_token = token;
           })) == "PAGE_TOKEN_INVALID";
  };
  CHECK(rejects([](auto& q) { q.reference = "shop-1"; }));
  CHECK(rejects([](auto& q) { q.payment_reference = "shop-1"; }));
  CHECK(rejects([](auto& q) { q.label = {"channel", "web"}; }));
  CHECK(rejects([](auto& q) { q.refund_statuses = {RefundStatus::kNotRefunded}; }));
  CHECK_FALSE(rejects([](auto& q) { q.page_size = 2; }));
}

}  // namespace
}  // namespace keelson
