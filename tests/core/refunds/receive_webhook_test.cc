// Tests that a webhook makes a waiting refund due, and changes nothing else.
#include "core/refunds/receive_webhook.h"

#include <catch2/catch.hpp>

#include "tests/core/world.h"
#include "tests/support/failing_store.h"

namespace keelson {
namespace {

using Payments = FakePaymentProvider;

// A world with a pending refund whose next question is due in a while, and the webhooks of its provider.
struct WebhookWorld {
  WebhookWorld() {
    world.payments.script = {Payments::Pending("re_1")};
    CHECK(world.Settle() == 1);
    world.NewEvents();
    world.payments.read_webhook = [this](const Webhook&) { return answer; };
  }

  Refund Stored() { return world.Load(made->id); }
  WebhookResult Receive(ReceiveWebhook& receive) {
    return receive.Handle("recorded", {}, Deadline::After(absl::Seconds(10))).value();
  }
  WebhookResult Receive() {
    ReceiveWebhook receive(world.store, world.clock, world.log, {&world.payments});
    return Receive(receive);
  }
  void Hint(const RefundHint& hint) { answer = std::optional<RefundHint>(hint); }

  World world;
  const Order order = world.Delivered();
  const Refund made = Must(world.Refunded(order, Everything()));
  absl::StatusOr<std::optional<RefundHint>> answer = std::optional<RefundHint>();
};

TEST_CASE("A webhook makes a pending refund due at once, and the settlement asks the provider") {
  WebhookWorld w;
  REQUIRE(w.Stored()->due_time > w.world.clock.Now());
  w.Hint({.event_id = "evt_1", .refund_id = w.made->id});
  CHECK(w.Receive() == WebhookResult::kDue);
  const Refund due = w.Stored();
  CHECK(due->due_time == w.world.clock.Now());
  CHECK(due->state == RefundState::kProcessing);
  CHECK(due->provider_reference == "re_1");
  CHECK(w.world.NewEvents().empty());
  CHECK(w.world.Settle() == 1);
  CHECK(w.Stored()->state == RefundState::kSucceeded);
  CHECK(w.world.payments.searched_references == std::vector<std::string>{"re_1"});
}

TEST_CASE("A webhook without our id makes the waiting refunds of the payment due") {
  WebhookWorld w;
  w.Hint({.event_id = "evt_1", .payment_reference = w.made->payment_reference, .provider_reference = "re_1"});
  CHECK(w.Receive() == WebhookResult::kDue);
  CHECK(w.Stored()->due_time == w.world.clock.Now());
}

TEST_CASE("A webhook about a refund that the store does not have changes nothing") {
  WebhookWorld w;
  RefundHint hint{.event_id = "evt_1"};
  SECTION("unknown id") {
    hint.refund_id = RefundId();
  }
  SECTION("another refund at the provider, such as of an earlier attempt") {
    hint.refund_id = w.made->id;
    hint.provider_reference = "re_other";
  }
  SECTION("another payment") {
    hint.payment_reference = "ch_other";
  }
  // Must not select every refund.
  SECTION("neither our id nor the payment") {
    hint.provider_reference = "re_1";
  }
  w.Hint(hint);
  const Refund before = w.Stored();
  CHECK(w.Receive() == WebhookResult::kNoRefund);
  CHECK(w.Stored().fields() == before.fields());
}

TEST_CASE("A webhook about the refund of another provider changes nothing") {
  WebhookWorld w;
  FakePaymentProvider other("stripe");
  other.read_webhook = [&](const Webhook&) { return w.answer; };
  w.Hint({.event_id = "evt_1", .refund_id = w.made->id});
  ReceiveWebhook receive(w.world.store, w.world.clock, w.world.log, {&other});
  CHECK(receive.Handle("stripe", {}, Deadline::Never()) == WebhookResult::kNoRefund);
  CHECK(w.Stored()->due_time > w.world.clock.Now());
}

TEST_CASE("A refund that has ended, is due or is being attempted is not changed by a webhook") {
  WebhookWorld w;
  w.Hint({.event_id = "evt_1", .refund_id = w.made->id});
  SECTION("succeeded") {
    w.world.clock.Set(w.Stored()->due_time.value());
    CHECK(w.world.Settle() == 1);
  }
  SECTION("due") {
    w.world.clock.Set(w.Stored()->due_time.value());
  }
  SECTION("in progress") {
    w.world.clock.Set(w.Stored()->due_time.value());
    const auto settler = w.world.Settler({&w.world.payments});
    CHECK(Must(settler->FlushAndClaim()).claimed == 1);
    REQUIRE(w.Stored()->failure_code.empty());
  }
  const Refund before = w.Stored();
  CHECK(w.Receive() == WebhookResult::kNotWaiting);
  CHECK(w.Stored().fields() == before.fields());
}

TEST_CASE("A repeated event is recognized, and does nothing") {
  WebhookWorld w;
  ReceiveWebhook receive(w.world.store, w.world.clock, w.world.log, {&w.world.payments});
  w.Hint({.event_id = "evt_1", .refund_id = w.made->id});
  CHECK(w.Receive(receive) == WebhookResult::kDue);
  w.world.payments.found = {Payments::Pending("re_1")};
  CHECK(w.world.Settle() == 1);
  const Refund before = w.Stored();
  CHECK(w.Receive(receive) == WebhookResult::kRepeated);
  CHECK(w.Stored().fields() == before.fields());
  w.Hint({.event_id = "evt_2", .refund_id = w.made->id});
  CHECK(w.Receive(receive) == WebhookResult::kDue);
}

TEST_CASE("Only a limited number of events is remembered") {
  WebhookWorld w;
  ReceiveWebhook receive(w.world.store, w.world.clock, w.world.log, {&w.world.payments});
  w.Hint({.event_id = "evt_first", .payment_reference = "ch_other"});
  CHECK(w.Receive(receive) == WebhookResult::kNoRefund);
  for (std::size_t i = 0; i < ReceiveWebhook::kKnownEvents; ++i) {
    w.Hint({.event_id = StrCat("evt_", i)});
    REQUIRE(w.Receive(receive) == WebhookResult::kNoRefund);
  }
  CHECK(w.Receive(receive) == WebhookResult::kRepeated);
  w.Hint({.event_id = "evt_first", .refund_id = w.made->id});
  CHECK(w.Receive(receive) == WebhookResult::kDue);
}

TEST_CASE("A webhook that the provider did not send changes nothing and is logged once a minute") {
  WebhookWorld w;
  w.answer = absl::UnauthenticatedError("no signature matches the webhook secrets");
  const Refund before = w.Stored();
  ReceiveWebhook receive(w.world.store, w.world.clock, w.world.log, {&w.world.payments});
  for (int i = 0; i < 1000; ++i) REQUIRE(w.Receive(receive) == WebhookResult::kRejected);
  CHECK(w.world.log.Count("payment_webhook.failed") == 1);
  w.world.clock.Advance(ReceiveWebhook::kLogInterval);
  CHECK(w.Receive(receive) == WebhookResult::kRejected);
  CHECK(w.world.log.Count("payment_webhook.failed") == 2);
  CHECK(w.Stored().fields() == before.fields());
  REQUIRE(receive.ListWebhooks().size() == 1);
  CHECK(receive.ListWebhooks()[0].CountOf(WebhookResult::kRejected) == 1001);
  CHECK(receive.ListWebhooks()[0].CountOf(WebhookResult::kDue) == 0);
}

TEST_CASE("A webhook that can't be handled now is not remembered, so that its repetition is handled") {
  WebhookWorld w;
  FailingStore store{w.world.store};
  ReceiveWebhook receive(store, w.world.clock, w.world.log, {&w.world.payments});
  w.Hint({.event_id = "evt_1", .refund_id = w.made->id});
  store.failure = absl::UnavailableError("away");
  CHECK(w.Receive(receive) == WebhookResult::kUnavailable);
  store.failure = absl::OkStatus();
  CHECK(w.Receive(receive) == WebhookResult::kDue);
  w.answer = absl::UnavailableError("paypal can't be asked");
  CHECK(w.Receive(receive) == WebhookResult::kUnavailable);
  w.answer = absl::InvalidArgumentError("no id");
  CHECK(w.Receive(receive) == WebhookResult::kUnreadable);
  w.answer = std::optional<RefundHint>();
  CHECK(w.Receive(receive) == WebhookResult::kIrrelevant);
}

TEST_CASE("A provider without webhooks receives none, and the time of the receipt comes from the clock") {
  WebhookWorld w;
  FakePaymentProvider silent("silent");
  ReceiveWebhook receive(w.world.store, w.world.clock, w.world.log, {&silent, &w.world.payments});
  CHECK(receive.enabled());
  CHECK(receive.Handle("silent", {}, Deadline::Never()) == std::nullopt);
  CHECK(receive.Handle("", {}, Deadline::Never()) == std::nullopt);
  Webhook seen;
  w.world.payments.read_webhook = [&](const Webhook& webhook) {
    seen = webhook;
    return w.answer;
  };
  receive.Handle("recorded", {.headers = {{"a", "b"}}, .body = "body"}, Deadline::Never());
  CHECK(seen.receive_time == w.world.clock.Now());
  CHECK(seen.Header("a") == "b");
  CHECK(seen.Header("c").empty());
  CHECK(seen.body == "body");
  CHECK_FALSE(ReceiveWebhook(w.world.store, w.world.clock, w.world.log, {&silent}).enabled());
}

}  // namespace
}  // namespace keelson
