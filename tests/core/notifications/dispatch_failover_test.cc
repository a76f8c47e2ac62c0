// Which provider a message goes to, and when to another.
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/core/notifications/dispatch_fixture.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

SendOutcome Refused(Kind kind, std::optional<absl::Duration> retry_after = std::nullopt) {
  return FakeEmailProvider::Refused(kind, "not now", retry_after);
}

// What a provider says of itself, not of the message.
const std::vector<SendOutcome> kProviderTroubles = {Refused(Kind::kRetry, absl::Seconds(1)),
                                                    Refused(Kind::kUnreachable),
                                                    Refused(Kind::kQuota),
                                                    Refused(Kind::kConfig),
                                                    Refused(Kind::kRefused),
                                                    Refused(Kind::kNotExpressible)};

TEST_CASE("Where nothing was sent, the next provider is asked at once") {
  for (const SendOutcome& trouble : kProviderTroubles) {
    DispatchFixture office;
    const MessageId id = office.Post();
    office.first.script = {trouble};
    office.Dispatch();
    CHECK(office.first.sent.size() == 1);
    CHECK(office.second.sent.size() == 1);
    CHECK(office.Load(id).state == MessageState::kSent);
    CHECK(office.Load(id).provider == "second");
    CHECK(office.Load(id).attempts == 1);
    REQUIRE(office.log.Count("message.refused") == 1);
    CHECK(office.log.entries()[0].fields.at("provider") == "first");
  }
}

TEST_CASE("Where a copy may have been sent, or the message is at fault, no other provider is asked") {
  for (const Kind kind : {Kind::kUnknown, Kind::kRecipientRejected, Kind::kMessageRejected, Kind::kRetry}) {
    DispatchFixture office;
    office.Post("verify_email");
    office.first.script = {Refused(kind)};
    office.Dispatch();
    CHECK(office.first.sent.size() == 1);
    CHECK(office.second.sent.empty());
  }
}

TEST_CASE("What is wrong with a provider costs a message no attempt, and it waits until one may be asked") {
  for (const SendOutcome& trouble : {Refused(Kind::kRetry, absl::Hours(1)), Refused(Kind::kQuota),
                                     Refused(Kind::kConfig), Refused(Kind::kRefused)}) {
    DispatchFixture office;
    const MessageId id = office.Post();
    office.first.script = {trouble};
    const auto sender = office.Sender({&office.first});
    office.Dispatch(*sender);
    const Message waiting = office.Load(id);
    CHECK(waiting.state == MessageState::kQueued);
    CHECK(waiting.attempts == 0);
    CHECK(waiting.last_error == "not now");
    CHECK(waiting.pinned_provider.empty());
    CHECK(waiting.due_time >= office.clock.Now() + office.policy.circuit.open);
    office.WaitFor(id);
    office.Dispatch(*sender);
    CHECK(office.Load(id).state == MessageState::kSent);
    CHECK(office.first.sent.size() == 2);
  }
}

TEST_CASE("No message is handed to a provider before the time that it named") {
  DispatchFixture office;
  office.Post();
  office.first.script = {Refused(Kind::kRetry, absl::Hours(1))};
  const auto sender = office.Sender({&office.first});
  office.Dispatch(*sender);
  office.Post();
  office.clock.Advance(absl::Hours(1) - absl::Microseconds(1));
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 1);
  office.clock.Advance(absl::Microseconds(1));
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 3);
}

TEST_CASE("Trouble of providers costs a message no attempt, however long it lasts") {
  for (const Kind kind : {Kind::kUnreachable, Kind::kConfig, Kind::kRefused}) {
    DispatchFixture office;
    office.policy.max_attempts = 3;
    const MessageId id = office.Post();
    office.first.decide = office.second.decide = [&](const Email&) { return Refused(kind); };
    const auto sender = office.Sender();
    for (int i = 0; i < 50; ++i) {
      office.Dispatch(*sender);
      REQUIRE(office.Load(id).state == MessageState::kQueued);
      CHECK(office.Load(id).attempts == 0);
      CHECK(office.Load(id).last_error == "not now");
      office.WaitFor(id);
    }
    CHECK(office.first.sent.size() > 10);
    office.first.decide = nullptr;
    office.clock.Advance(office.policy.max_delay);
    office.Dispatch(*sender);
    CHECK(office.Load(id).state == MessageState::kSent);
  }
}

TEST_CASE("An unknown outcome at a provider that recognizes repeats costs no attempt") {
  DispatchFixture office;
  office.policy.max_attempts = 3;
  office.first.window = absl::Hours(24);
  const MessageId id = office.Post("refund_succeeded");
  office.first.decide = [](const Email&) { return Refused(Kind::kUnknown); };
  const auto sender = office.Sender();
  for (int i = 0; i < 10; ++i) {
    office.Dispatch(*sender);
    CHECK(office.Load(id).state == MessageState::kQueued);
    CHECK(office.Load(id).pinned_provider == "first");
    office.WaitFor(id);
  }
  office.first.decide = nullptr;
  office.clock.Advance(office.policy.max_delay);
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.second.sent.empty());
}

TEST_CASE("A refusal that no acceptance contradicts opens the circuit as a wrong configuration does") {
  DispatchFixture office;
  for (int i = 0; i < 5; ++i) office.Post();
  office.first.decide = [](const Email&) { return Refused(Kind::kRefused); };
  const auto sender = office.Sender();
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 1);
  CHECK(office.second.sent.size() == 5);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kOpen);
  CHECK(sender->ListProviders()[0].misconfigured);
}

TEST_CASE("A provider that accepts messages and comes to refuse them all has its circuit opened") {
  DispatchFixture office;
  const auto sender = office.Sender();
  for (int i = 0; i < 20; ++i) office.Post();
  office.Dispatch(*sender);
  REQUIRE(office.first.sent.size() == 20);
  office.first.decide = [](const Email&) { return Refused(Kind::kRefused); };
  for (int i = 0; i < 40; ++i) office.Post();
  office.Dispatch(*sender);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kOpen);
  CHECK(sender->ListProviders()[0].misconfigured);
  CHECK(office.second.sent.size() == 40);
}

TEST_CASE("A poison message does not keep a circuit open for the others, and is kept") {
  for (const Kind kind : {Kind::kRefused, Kind::kConfig, Kind::kUnreachable}) {
    DispatchFixture office;
    office.policy.circuit.min_calls = 2;
    office.policy.circuit.window = 4;
    const MessageId poison = office.Post("poison");
    office.first.decide = [&](const Email& email) {
      return email.id == poison ? Refused(kind) : office.first.Accepted();
    };
    const auto sender = office.Sender({&office.first});
    int waits = 0;
    for (int i = 0; i < 100; ++i) {
      const MessageId good = office.Post();
      office.Dispatch(*sender);
      if (office.Load(good).state != MessageState::kSent) ++waits;
      office.clock.Advance(absl::Minutes(1));
    }
    // A message waits while the circuit learns which one is to blame.
    CHECK(waits <= 5);
    CHECK(office.Load(poison).state == MessageState::kQueued);
    CHECK(office.Load(poison).attempts == 0);
    CHECK(sender->ListProviders()[0].circuit == CircuitState::kClosed);
    CHECK(office.Load(poison).last_error == "not now");
  }
}

TEST_CASE("A poison message is tried less and less often") {
  DispatchFixture office;
  const MessageId poison = office.Post("poison");
  office.first.decide = [&](const Email& email) {
    return email.id == poison ? Refused(Kind::kRefused) : office.first.Accepted();
  };
  const auto sender = office.Sender({&office.first});
  const auto tries = [&] {
    return std::count_if(office.first.sent.begin(), office.first.sent.end(),
                         [&](const Email& email) { return email.id == poison; });
  };
  for (int i = 0; i < 4 * 60; ++i) {
    office.Post();
    office.Dispatch(*sender);
    office.clock.Advance(absl::Minutes(1));
  }
  CHECK(tries() > 10);
  CHECK(tries() < 120);
}

TEST_CASE("A message that a provider cannot express goes to the next one, and leaves the circuit alone") {
  DispatchFixture office;
  office.policy.circuit.min_calls = 2;
  const auto sender = office.Sender();
  std::vector<MessageId> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(office.Post());
  office.first.decide = [](const Email&) { return Refused(Kind::kNotExpressible); };
  office.Dispatch(*sender);
  for (const MessageId id : ids) {
    CHECK(office.Load(id).state == MessageState::kSent);
    CHECK(office.Load(id).provider == "second");
  }
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kClosed);
  CHECK_FALSE(sender->ListProviders()[0].misconfigured);
}

TEST_CASE("A message that no provider can express is dead, with the reason") {
  DispatchFixture office;
  const MessageId id = office.Post();
  office.first.script = {FakeEmailProvider::Refused(Kind::kNotExpressible, "too large for the first")};
  office.second.script = {FakeEmailProvider::Refused(Kind::kNotExpressible, "too large for the second")};
  office.Dispatch();
  CHECK(office.Load(id).state == MessageState::kDead);
  CHECK(office.Load(id).last_error == "too large for the second");
}

TEST_CASE("A message waits for the provider that may be able to express it") {
  DispatchFixture office;
  const MessageId id = office.Post();
  office.first.decide = [](const Email&) { return Refused(Kind::kNotExpressible); };
  office.second.script = {Refused(Kind::kQuota, absl::Hours(1))};
  const auto sender = office.Sender();
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kQueued);
  CHECK(office.Load(id).due_time >= office.clock.Now() + absl::Hours(1));
  office.WaitFor(id);
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.Load(id).provider == "second");
}

TEST_CASE("A message that is given back because no provider is available says why") {
  DispatchFixture office;
  office.policy.concurrency = 1;
  const MessageId first = office.Post(), second = office.Post();
  office.first.decide = [](const Email&) {
    return FakeEmailProvider::Refused(Kind::kConfig, "535 bad password");
  };
  office.Dispatch({&office.first});
  CHECK(office.first.sent.size() == 1);
  CHECK(office.Load(first).last_error == "535 bad password");
  CHECK(office.Load(second).state == MessageState::kQueued);
  CHECK(office.Load(second).attempts == 0);
  CHECK(office.Load(second).last_error == "no provider is available: first: 535 bad password");
}

TEST_CASE("A provider whose circuit is open is left alone until it may be tried, by few messages first") {
  DispatchFixture office;
  office.policy.circuit.min_calls = 2;
  office.first.decide = [](const Email&) { return Refused(Kind::kUnreachable); };
  const auto sender = office.Sender();
  for (int i = 0; i < 8; ++i) office.Post();
  office.Dispatch(*sender);
  const std::size_t asked = office.first.sent.size();
  CHECK(asked >= 2);
  CHECK(office.second.sent.size() == 8);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kOpen);

  office.Post();
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == asked);
  office.clock.Advance(office.policy.circuit.open);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kHalfOpen);
  office.first.decide = nullptr;
  for (int i = 0; i < 4; ++i) office.Post();
  Must(sender->FlushAndClaim()), Must(sender->FlushAndClaim());
  // Two trials; the others go where nothing is to be tried.
  while (sender->SendNext(1)) {
  }
  CHECK(office.second.sent.size() == 11);
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == asked + 2);
  CHECK(sender->ListProviders()[0].circuit == CircuitState::kClosed);
}

TEST_CASE("What waits for a provider goes elsewhere once its circuit opens") {
  DispatchFixture office;
  for (int i = 0; i < 5; ++i) office.Post();
  office.first.decide = [](const Email&) { return Refused(Kind::kConfig); };
  office.Dispatch();
  CHECK(office.first.sent.size() == 1);
  CHECK(office.second.sent.size() == 5);
}

TEST_CASE("A message that may have been sent goes to the same provider, which recognizes it") {
  DispatchFixture office;
  office.first.window = absl::Hours(24);
  const MessageId id = office.Post();
  const absl::Time begun = office.clock.Now();
  office.first.script = {Refused(Kind::kUnknown), Refused(Kind::kUnreachable)};
  const auto sender = office.Sender();
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kQueued);
  CHECK(office.Load(id).attempts == 0);
  CHECK(office.Load(id).pinned_provider == "first");
  CHECK(office.Load(id).pin_time == begun);
  // That nothing was sent this time says nothing of the first.
  office.WaitFor(id);
  office.Dispatch(*sender);
  CHECK(office.Load(id).pinned_provider == "first");
  CHECK(office.Load(id).pin_time == begun);
  office.WaitFor(id);
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.second.sent.empty());
  REQUIRE(office.first.sent.size() == 3);
  CHECK(office.first.sent[2].id == id);
  CHECK(office.first.sent[2].content == office.first.sent[0].content);
  CHECK(office.first.sent[2].date == office.first.sent[0].date);
}

TEST_CASE("A link that may have been sent is sent again by whichever provider is next, a receipt is not") {
  for (const bool link : {true, false}) {
    DispatchFixture office;
    const MessageId id = office.Post(link ? "verify_email" : "refund_succeeded");
    office.first.script = {Refused(Kind::kUnknown)};
    office.Dispatch();
    CHECK(office.Load(id).state == (link ? MessageState::kQueued : MessageState::kDead));
    CHECK(office.Load(id).pinned_provider.empty());
    office.WaitFor(id);
    office.Dispatch({&office.second});
    CHECK(office.second.sent.size() == (link ? 1U : 0U));
    if (!link) CHECK_THAT(office.Load(id).last_error, Catch::Contains("may have been sent"));
  }
}

TEST_CASE("Past its window a provider does not recognize a repeat") {
  for (const bool link : {true, false}) {
    DispatchFixture office;
    office.first.window = absl::Minutes(15);
    const MessageId id = office.Post(link ? "verify_email" : "refund_succeeded");
    office.first.script = {Refused(Kind::kUnknown)};
    office.Dispatch();
    CHECK(office.Load(id).pinned_provider == "first");
    office.clock.Advance(absl::Minutes(15));
    office.Dispatch({&office.second, &office.first});
    CHECK(office.Load(id).state == (link ? MessageState::kSent : MessageState::kDead));
    CHECK(office.second.sent.size() == (link ? 1U : 0U));
    CHECK(office.first.sent.size() == 1);
  }
}

TEST_CASE("A message that is to go by one provider goes by no other") {
  DispatchFixture office;
  const MessageId id = office.Post("test_message", std::nullopt, "second");
  office.second.script = {Refused(Kind::kConfig)};
  const auto sender = office.Sender();
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kQueued);
  CHECK(office.Load(id).pinned_provider == "second");
  CHECK_FALSE(office.Load(id).pin_time.has_value());
  office.WaitFor(id);
  office.Dispatch(*sender);
  CHECK(office.Load(id).state == MessageState::kSent);
  CHECK(office.first.sent.empty());
}

TEST_CASE("A message that is to go by a provider that isn't configured any more is dead") {
  DispatchFixture office;
  const MessageId id = office.Post("test_message", std::nullopt, "gone");
  office.Dispatch();
  CHECK(office.Load(id).state == MessageState::kDead);
  CHECK(office.Load(id).last_error == "the provider gone isn't configured any more");
}

TEST_CASE("No more messages a second are handed to a provider than the configuration allows") {
  DispatchFixture office;
  office.policy.rate = 10;
  for (int i = 0; i < 5; ++i) office.Post();
  const auto sender = office.Sender();
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 1);
  office.clock.Advance(absl::Milliseconds(99));
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 1);
  office.clock.Advance(absl::Milliseconds(1));
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 2);
  CHECK(office.second.sent.empty());
}

TEST_CASE("A provider that is set up wrong is found by its probe, before a message is") {
  DispatchFixture office;
  office.first.probe = Refused(Kind::kConfig);
  const auto sender = office.Sender();
  sender->ProbeProviders();
  CHECK(office.log.Count("provider.unusable") == 1);
  office.Post();
  office.Dispatch(*sender);
  CHECK(office.first.sent.empty());
  CHECK(office.second.sent.size() == 1);
  CHECK(sender->ListProviders()[0] == ProviderStatus{.name = "first",
                                                     .circuit = CircuitState::kOpen,
                                                     .available = false,
                                                     .misconfigured = true,
                                                     .last_error = "not now"});
  // Once it is mended, it need not be waited for.
  office.first.probe.reset();
  sender->ProbeProviders();
  CHECK_FALSE(sender->ListProviders()[0].misconfigured);
  office.Post();
  office.Dispatch(*sender);
  CHECK(office.first.sent.size() == 1);
}

TEST_CASE("A provider stays known to be set up wrong until it says something else") {
  DispatchFixture office;
  office.first.script = {Refused(Kind::kConfig), Refused(Kind::kUnreachable),
                         Refused(Kind::kRecipientRejected)};
  const auto sender = office.Sender();
  std::vector<bool> misconfigured;
  for (int i = 0; i < 3; ++i) {
    office.Post();
    office.Dispatch(*sender);
    misconfigured.push_back(sender->ListProviders()[0].misconfigured);
    office.clock.Advance(office.policy.circuit.max_open);
  }
  CHECK(misconfigured == std::vector<bool>{true, true, false});
}

TEST_CASE("Providers are listed in failover order with what became of their messages") {
  DispatchFixture office;
  office.first.script = {Refused(Kind::kQuota)};
  const auto sender = office.Sender();
  for (int i = 0; i < 3; ++i) office.Post();
  office.Dispatch(*sender);
  CHECK(sender->ListProviders() ==
        std::vector<ProviderStatus>{
            {.name = "first", .available = false, .attempts = {0, 0, 0, 1}, .last_error = "not now"},
            {.name = "second", .attempts = {3}}});
  CHECK(sender->ListProviders()[0].failed() == 1);
  CHECK(sender->ListProviders()[1].sent() == 3);
}

}  // namespace
}  // namespace keelson
