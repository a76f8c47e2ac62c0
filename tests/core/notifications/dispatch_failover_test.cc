// Tests of the selection of a provider for a message, and of failover.
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/core/notifications/dispatch_fixture.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

SendOutcome Refused(Kind kind, std::optional<absl::Duration> retry_after = std::nullopt) {
  return FakeEmailProvider::Refused(kind, "not now", retry_after);
}

// Outcomes after which a message fails over to the next provider.
const std::vector<SendOutcome> kProviderTroubles = {Refused(Kind::kRetry, absl::Seconds(1)),
                                                    Refused(Kind::kUnreachable),
                                                    Refused(Kind::kQuota),
                                                    Refused(Kind::kConfig),
                                                    Refused(Kind::kRefused),
                                                    Refused(Kind::kNotExpressible)};

TEST_CASE("A message fails over to the next provider at once if nothing was sent") {
  for (const SendOutcome& trouble : kProviderTroubles) {
    DispatchFixture fixture;
    const MessageId id = fixture.Post();
    fixture.first.script = {trouble};
    fixture.Dispatch();
    CHECK(fixture.first.sent.size() == 1);
    CHECK(fixture.second.sent.size() == 1);
    CHECK(fixture.Load(id).state == MessageState::kSent);
    CHECK(fixture.Load(id).provider == "second");
    CHECK(fixture.Load(id).attempts == 1);
    REQUIRE(fixture.log.Count("message.refused") == 1);
    CHECK(fixture.log.entries()[0].fields.at("provider") == "first");
  }
}

TEST_CASE(
    "A message does not fail over if a copy may have been sent, or if the message was rejected or deferred") {
  for (const Kind kind : {Kind::kUnknown, Kind::kRecipientRejected, Kind::kMessageRejected, Kind::kRetry}) {
    DispatchFixture fixture;
    fixture.Post("verify_email");
    fixture.first.script = {Refused(kind)};
    fixture.Dispatch();
    CHECK(fixture.first.sent.size() == 1);
    CHECK(fixture.second.sent.empty());
  }
}

TEST_CASE(
    "A provider's failure does not count as an attempt, and the message waits until a provider is "
    "available") {
  for (const SendOutcome& trouble : {Refused(Kind::kRetry, absl::Hours(1)), Refused(Kind::kQuota),
                                     Refused(Kind::kConfig), Refused(Kind::kRefused)}) {
    DispatchFixture fixture;
    const MessageId id = fixture.Post();
    fixture.first.script = {trouble};
    const auto sender = fixture.Sender({&fixture.first});
    fixture.Dispatch(*sender);
    const Message waiting = fixture.Load(id);
    CHECK(waiting.state == MessageState::kQueued);
    CHECK(waiting.attempts == 0);
    CHECK(waiting.last_error == "not now");
    CHECK(waiting.pinned_provider.empty());
    CHECK(waiting.due_time >= fixture.clock.Now() + fixture.policy.circuit.open);
    fixture.WaitFor(id);
    fixture.Dispatch(*sender);
    CHECK(fixture.Load(id).state == MessageState::kSent);
    CHECK(fixture.first.sent.size() == 2);
  }
}

TEST_CASE("A provider that returned retry_after sends no message before that time has elapsed") {
  DispatchFixture fixture;
  fixture.Post();
  fixture.first.script = {Refused(Kind::kRetry, absl::Hours(1))};
  const auto sender = fixture.Sender({&fixture.first});
  fixture.Dispatch(*sender);
  fixture.Post();
  fixture.clock.Advance(absl::Hours(1) - absl::Microseconds(1));
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 1);
  fixture.clock.Advance(absl::Microseconds(1));
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 3);
}

TEST_CASE("Failures of providers do not count as attempts, however long they last") {
  for (const Kind kind : {Kind::kUnreachable, Kind::kConfig, Kind::kRefused}) {
    DispatchFixture fixture;
    fixture.policy.max_attempts = 3;
    const MessageId id = fixture.Post();
    fixture.first.decide = fixture.second.decide = [&](const Email&) { return Refused(kind); };
    const auto sender = fixture.Sender();
    for (int i = 0; i < 50; ++i) {
      fixture.Dispatch(*sender);
      REQUIRE(fixture.Load(id).state == MessageState::kQueued);
      CHECK(fixture.Load(id).attempts == 0);
      CHECK(fixture.Load(id).last_error == "not now");
      fixture.WaitFor(id);
    }
    CHECK(fixture.first.sent.size() > 10);
    fixture.first.decide = nullptr;
    fixture.clock.Advance(fixture.policy.max_delay);
    fixture.Dispatch(*sender);
    CHECK(fixture.Load(id).state == MessageState::kSent);
  }
}

TEST_CASE("An unknown outcome of a provider that recognizes repeats does not count as an attempt") {
  DispatchFixture fixture;
  fixture.policy.max_attempts = 3;
  fixture.first.window = absl::Hours(24);
  const MessageId id = fixture.Post("refund_succeeded");
  fixture.first.decide = [](const Email&) { return Refused(Kind::kUnknown); };
  const auto sender = fixture.Sender();
  for (int i = 0; i < 10; ++i) {
    fixture.Dispatch(*sender);
    CHECK(fixture.Load(id).state == MessageState::kQueued);
    CHECK(fixture.Load(id).pinned_provider == "first");
    fixture.WaitFor(id);
  }
  fixture.first.decide = nullptr;
  fixture.clock.Advance(fixture.policy.max_delay);
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.second.sent.empty());
}

TEST_CASE("The first refusal opens the circuit of a provider that has not accepted any message yet") {
  DispatchFixture fixture;
  for (int i = 0; i < 5; ++i) fixture.Post();
  fixture.first.decide = [](const Email&) { return Refused(Kind::kRefused); };
  const auto sender = fixture.Sender();
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 1);
  CHECK(fixture.second.sent.size() == 5);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kOpen);
  CHECK(sender->ListProviders()[0].misconfigured);
}

TEST_CASE("The circuit of a provider opens when the provider begins to refuse all messages") {
  DispatchFixture fixture;
  const auto sender = fixture.Sender();
  for (int i = 0; i < 20; ++i) fixture.Post();
  fixture.Dispatch(*sender);
  REQUIRE(fixture.first.sent.size() == 20);
  fixture.first.decide = [](const Email&) { return Refused(Kind::kRefused); };
  for (int i = 0; i < 40; ++i) fixture.Post();
  fixture.Dispatch(*sender);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kOpen);
  CHECK(sender->ListProviders()[0].misconfigured);
  CHECK(fixture.second.sent.size() == 40);
}

TEST_CASE("A poison message stays queued and does not keep the circuit open for other messages") {
  for (const Kind kind : {Kind::kRefused, Kind::kConfig, Kind::kUnreachable}) {
    DispatchFixture fixture;
    fixture.policy.circuit.min_calls = 2;
    fixture.policy.circuit.window = 4;
    const MessageId poison = fixture.Post("poison");
    fixture.first.decide = [&](const Email& email) {
      return email.id == poison ? Refused(kind) : fixture.first.Accepted();
    };
    const auto sender = fixture.Sender({&fixture.first});
    int waits = 0;
    for (int i = 0; i < 100; ++i) {
      const MessageId good = fixture.Post();
      fixture.Dispatch(*sender);
      if (fixture.Load(good).state != MessageState::kSent) ++waits;
      fixture.clock.Advance(absl::Minutes(1));
    }
    // A good message waits only until FailureHistory has found that the poison message causes the failures.
    CHECK(waits <= 5);
    CHECK(fixture.Load(poison).state == MessageState::kQueued);
    CHECK(fixture.Load(poison).attempts == 0);
    CHECK(sender->ListProviders()[0].circuit == CircuitState::kClosed);
    CHECK(fixture.Load(poison).last_error == "not now");
  }
}

TEST_CASE("A poison message is retried at growing intervals") {
  DispatchFixture fixture;
  const MessageId poison = fixture.Post("poison");
  fixture.first.decide = [&](const Email& email) {
    return email.id == poison ? Refused(Kind::kRefused) : fixture.first.Accepted();
  };
  const auto sender = fixture.Sender({&fixture.first});
  const auto tries = [&] {
    return std::count_if(fixture.first.sent.begin(), fixture.first.sent.end(),
                         [&](const Email& email) { return email.id == poison; });
  };
  for (int i = 0; i < 4 * 60; ++i) {
    fixture.Post();
    fixture.Dispatch(*sender);
    fixture.clock.Advance(absl::Minutes(1));
  }
  CHECK(tries() > 10);
  CHECK(tries() < 120);
}

TEST_CASE("A message that a provider does not support fails over and does not affect the circuit") {
  DispatchFixture fixture;
  fixture.policy.circuit.min_calls = 2;
  const auto sender = fixture.Sender();
  std::vector<MessageId> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(fixture.Post());
  fixture.first.decide = [](const Email&) { return Refused(Kind::kNotExpressible); };
  fixture.Dispatch(*sender);
  for (const MessageId id : ids) {
    CHECK(fixture.Load(id).state == MessageState::kSent);
    CHECK(fixture.Load(id).provider == "second");
  }
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kClosed);
  CHECK_FALSE(sender->ListProviders()[0].misconfigured);
}

TEST_CASE("A message that no provider supports becomes DEAD, and last_error contains the reason") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  fixture.first.script = {FakeEmailProvider::Refused(Kind::kNotExpressible, "too large for the first")};
  fixture.second.script = {FakeEmailProvider::Refused(Kind::kNotExpressible, "too large for the second")};
  fixture.Dispatch();
  CHECK(fixture.Load(id).state == MessageState::kDead);
  CHECK(fixture.Load(id).last_error == "too large for the second");
}

TEST_CASE("A message that the first provider does not support waits for the second provider") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post();
  fixture.first.decide = [](const Email&) { return Refused(Kind::kNotExpressible); };
  fixture.second.script = {Refused(Kind::kQuota, absl::Hours(1))};
  const auto sender = fixture.Sender();
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kQueued);
  CHECK(fixture.Load(id).due_time >= fixture.clock.Now() + absl::Hours(1));
  fixture.WaitFor(id);
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.Load(id).provider == "second");
}

TEST_CASE("The last_error of a message says why no provider is available") {
  DispatchFixture fixture;
  fixture.policy.concurrency = 1;
  const MessageId first = fixture.Post(), second = fixture.Post();
  fixture.first.decide = [](const Email&) {
    return FakeEmailProvider::Refused(Kind::kConfig, "535 bad password");
  };
  fixture.Dispatch({&fixture.first});
  CHECK(fixture.first.sent.size() == 1);
  CHECK(fixture.Load(first).last_error == "535 bad password");
  CHECK(fixture.Load(second).state == MessageState::kQueued);
  CHECK(fixture.Load(second).attempts == 0);
  CHECK(fixture.Load(second).last_error == "no provider is available: first: 535 bad password");
}

TEST_CASE("An open circuit permits no message, and a half-open circuit permits two messages as probes") {
  DispatchFixture fixture;
  fixture.policy.circuit.min_calls = 2;
  fixture.first.decide = [](const Email&) { return Refused(Kind::kUnreachable); };
  const auto sender = fixture.Sender();
  for (int i = 0; i < 8; ++i) fixture.Post();
  fixture.Dispatch(*sender);
  const std::size_t asked = fixture.first.sent.size();
  CHECK(asked >= 2);
  CHECK(fixture.second.sent.size() == 8);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kOpen);

  fixture.Post();
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == asked);
  fixture.clock.Advance(fixture.policy.circuit.open);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kHalfOpen);
  fixture.first.decide = nullptr;
  for (int i = 0; i < 4; ++i) fixture.Post();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  // The first provider gets two probes; the other messages go to the second provider.
  while (sender->SendNext(1)) {
  }
  CHECK(fixture.second.sent.size() == 11);
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == asked + 2);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kClosed);
}

TEST_CASE("Messages that wait for a provider are rerouted when its circuit opens") {
  DispatchFixture fixture;
  for (int i = 0; i < 5; ++i) fixture.Post();
  fixture.first.decide = [](const Email&) { return Refused(Kind::kConfig); };
  fixture.Dispatch();
  CHECK(fixture.first.sent.size() == 1);
  CHECK(fixture.second.sent.size() == 5);
}

TEST_CASE(
    "A message that may have been sent is retried by the same provider if that provider recognizes repeats") {
  DispatchFixture fixture;
  fixture.first.window = absl::Hours(24);
  const MessageId id = fixture.Post();
  const absl::Time begun = fixture.clock.Now();
  fixture.first.script = {Refused(Kind::kUnknown), Refused(Kind::kUnreachable)};
  const auto sender = fixture.Sender();
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kQueued);
  CHECK(fixture.Load(id).attempts == 0);
  CHECK(fixture.Load(id).pinned_provider == "first");
  CHECK(fixture.Load(id).pin_time == begun);
  // The message stays pinned: a copy may have been sent in the first attempt, although nothing was sent in
  // the second attempt.
  fixture.WaitFor(id);
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).pinned_provider == "first");
  CHECK(fixture.Load(id).pin_time == begun);
  fixture.WaitFor(id);
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.second.sent.empty());
  REQUIRE(fixture.first.sent.size() == 3);
  CHECK(fixture.first.sent[2].id == id);
  CHECK(fixture.first.sent[2].content == fixture.first.sent[0].content);
  CHECK(fixture.first.sent[2].date == fixture.first.sent[0].date);
}

TEST_CASE(
    "If a copy may have been sent, any provider resends a verification link, but a receipt becomes DEAD") {
  for (const bool link : {true, false}) {
    DispatchFixture fixture;
    const MessageId id = fixture.Post(link ? "verify_email" : "refund_succeeded");
    fixture.first.script = {Refused(Kind::kUnknown)};
    fixture.Dispatch();
    CHECK(fixture.Load(id).state == (link ? MessageState::kQueued : MessageState::kDead));
    CHECK(fixture.Load(id).pinned_provider.empty());
    fixture.WaitFor(id);
    fixture.Dispatch({&fixture.second});
    CHECK(fixture.second.sent.size() == (link ? 1U : 0U));
    if (!link) CHECK_THAT(fixture.Load(id).last_error, Catch::Contains("may have been sent"));
  }
}

TEST_CASE(
    "After the deduplication window, any provider resends a verification link; a receipt becomes DEAD") {
  for (const bool link : {true, false}) {
    DispatchFixture fixture;
    fixture.first.window = absl::Minutes(15);
    const MessageId id = fixture.Post(link ? "verify_email" : "refund_succeeded");
    fixture.first.script = {Refused(Kind::kUnknown)};
    fixture.Dispatch();
    CHECK(fixture.Load(id).pinned_provider == "first");
    fixture.clock.Advance(absl::Minutes(15));
    fixture.Dispatch({&fixture.second, &fixture.first});
    CHECK(fixture.Load(id).state == (link ? MessageState::kSent : MessageState::kDead));
    CHECK(fixture.second.sent.size() == (link ? 1U : 0U));
    CHECK(fixture.first.sent.size() == 1);
  }
}

TEST_CASE("A message that was queued for one provider is sent by no other provider") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post("test_message", std::nullopt, "second");
  fixture.second.script = {Refused(Kind::kConfig)};
  const auto sender = fixture.Sender();
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kQueued);
  CHECK(fixture.Load(id).pinned_provider == "second");
  CHECK_FALSE(fixture.Load(id).pin_time.has_value());
  fixture.WaitFor(id);
  fixture.Dispatch(*sender);
  CHECK(fixture.Load(id).state == MessageState::kSent);
  CHECK(fixture.first.sent.empty());
}

TEST_CASE("A message that was queued for a provider that is no longer configured becomes DEAD") {
  DispatchFixture fixture;
  const MessageId id = fixture.Post("test_message", std::nullopt, "gone");
  fixture.Dispatch();
  CHECK(fixture.Load(id).state == MessageState::kDead);
  CHECK(fixture.Load(id).last_error == "the provider gone is no longer configured");
}

TEST_CASE("A provider sends at most the configured number of messages per second") {
  DispatchFixture fixture;
  fixture.policy.rate = 10;
  for (int i = 0; i < 5; ++i) fixture.Post();
  const auto sender = fixture.Sender();
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 1);
  fixture.clock.Advance(absl::Milliseconds(99));
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 1);
  fixture.clock.Advance(absl::Milliseconds(1));
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 2);
  CHECK(fixture.second.sent.empty());
}

TEST_CASE("A probe finds a misconfigured provider before a message is sent") {
  DispatchFixture fixture;
  fixture.first.probe = Refused(Kind::kConfig);
  const auto sender = fixture.Sender();
  sender->ProbeProviders();
  CHECK(fixture.log.Count("provider.unusable") == 1);
  fixture.Post();
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.empty());
  CHECK(fixture.second.sent.size() == 1);
  CHECK(sender->ListProviders()[0] == ProviderStatus{.name = "first",
                                                     .circuit = CircuitState::kOpen,
                                                     .available = false,
                                                     .misconfigured = true,
                                                     .last_error = "not now"});
  // A successful probe makes the provider available at once.
  fixture.first.probe.reset();
  sender->ProbeProviders();
  CHECK_FALSE(sender->ListProviders()[0].misconfigured);
  fixture.Post();
  fixture.Dispatch(*sender);
  CHECK(fixture.first.sent.size() == 1);
}

TEST_CASE("A provider stays misconfigured until a response shows that the configuration is valid") {
  DispatchFixture fixture;
  fixture.first.script = {Refused(Kind::kConfig), Refused(Kind::kUnreachable),
                          Refused(Kind::kRecipientRejected)};
  const auto sender = fixture.Sender();
  std::vector<bool> misconfigured;
  for (int i = 0; i < 3; ++i) {
    fixture.Post();
    fixture.Dispatch(*sender);
    misconfigured.push_back(sender->ListProviders()[0].misconfigured);
    fixture.clock.Advance(fixture.policy.circuit.max_open);
  }
  CHECK(misconfigured == std::vector<bool>{true, true, false});
}

TEST_CASE("Providers are listed in failover order with their numbers of attempts by outcome") {
  DispatchFixture fixture;
  fixture.first.script = {Refused(Kind::kQuota)};
  const auto sender = fixture.Sender();
  for (int i = 0; i < 3; ++i) fixture.Post();
  fixture.Dispatch(*sender);
  CHECK(sender->ListProviders() ==
        std::vector<ProviderStatus>{
            {.name = "first", .available = false, .attempts = {0, 0, 0, 1}, .last_error = "not now"},
            {.name = "second", .attempts = {3}}});
  CHECK(sender->ListProviders()[0].failed() == 1);
  CHECK(sender->ListProviders()[1].sent() == 3);
}

}  // namespace
}  // namespace keelson
