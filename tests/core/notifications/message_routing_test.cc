#include "core/notifications/message_routing.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "core/common/strings.h"

namespace keelson {
namespace {

using Action = RoutingDecision::Action;
using Kind = SendOutcome::Kind;
using Try = MessageRoute::Try;

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(1);
const absl::Time kFirstAttempt = kNow - absl::Minutes(10);
const absl::Time kLastAttempt = kNow - absl::Seconds(1);
constexpr int kMaxAttempts = 3;
constexpr char kSafeTemplate[] = "verify_email";
constexpr char kUnsafeTemplate[] = "refund_succeeded";

// The facts about a message that two providers may send.
struct Routing {
  Routing() {
    message.template_name = kSafeTemplate;
    message.attempts = 1;
    route.tries.resize(providers.size());
  }

  RoutingFacts facts() const { return {message, route, providers, kMaxAttempts, kNow}; }

  Message message;
  MessageRoute route;
  std::vector<ProviderFacts> providers = {{.name = "first"}, {.name = "second"}};
};

RoutingDecision SendBy(std::size_t provider, ProviderPin pin = {}) {
  return {.action = Action::kSend, .provider = provider, .pin = std::move(pin)};
}

RoutingDecision Dead(std::string reason) {
  return {.action = Action::kMarkDead, .reason = std::move(reason)};
}

SendOutcome Failed(Kind kind, std::optional<absl::Duration> retry_after = std::nullopt) {
  return {kind, "", retry_after, "the error"};
}

// Decisions after an attempt by the first provider.

enum class Pinned { kNo, kOnRequest, kByEarlierCopy };

struct Attempt {
  SendOutcome outcome;
  Pinned pinned;
  bool safe_to_resend;
  bool attempts_left;
  bool recognizes_repeats;
};

// The value of a bool that a table row requires: kYes is true, kNo is false, kAny is either.
enum class If { kAny, kYes, kNo };

bool Matches(If condition, bool value) {
  return condition == If::kAny || (condition == If::kYes) == value;
}

enum class Keeps { kNoPin, kPin, kPinToThisAttempt };

struct Row {
  // Names from kSendOutcomeNames; "rate_limit" is kRetry with retry_after.
  std::vector<std::string> outcomes;
  std::vector<Pinned> pinned;
  If safe_to_resend;
  If attempts_left;
  If recognizes_repeats;
  Action action;
  Keeps keeps;
};

const std::vector<Pinned> kAnyPin = {Pinned::kNo, Pinned::kOnRequest, Pinned::kByEarlierCopy};
const std::vector<Pinned> kPinned = {Pinned::kOnRequest, Pinned::kByEarlierCopy};
const std::vector<std::string> kProviderFailures = {"rate_limit", "unreachable", "quota", "config",
                                                    "refused"};

// clang-format off
const std::vector<Row> kTable = {
    // outcomes                                    pinned                        safe      left      recognizes
    {{"accepted"},                                 kAnyPin,                      If::kAny, If::kAny, If::kAny,
     Action::kMarkSent, Keeps::kNoPin},
    {{"recipient_rejected", "message_rejected"},   kAnyPin,                      If::kAny, If::kAny, If::kAny,
     Action::kMarkDead, Keeps::kNoPin},
    {{"retry"},                                    kAnyPin,                      If::kAny, If::kYes, If::kAny,
     Action::kScheduleRetry, Keeps::kPin},
    {{"retry"},                                    kAnyPin,                      If::kAny, If::kNo,  If::kAny,
     Action::kMarkDead, Keeps::kNoPin},
    {{"unknown"},                                  kAnyPin,                      If::kAny, If::kAny, If::kYes,
     Action::kReleaseClaim, Keeps::kPinToThisAttempt},
    {{"unknown"},                                  kAnyPin,                      If::kNo,  If::kAny, If::kNo,
     Action::kMarkDead, Keeps::kNoPin},
    {{"unknown"},                                  {Pinned::kOnRequest},         If::kYes, If::kYes, If::kNo,
     Action::kScheduleRetry, Keeps::kPin},
    {{"unknown"}, {Pinned::kNo, Pinned::kByEarlierCopy},                         If::kYes, If::kYes, If::kNo,
     Action::kScheduleRetry, Keeps::kNoPin},
    {{"unknown"},                                  kAnyPin,                      If::kYes, If::kNo,  If::kNo,
     Action::kMarkDead, Keeps::kNoPin},
    {kProviderFailures,                            {Pinned::kNo},                If::kAny, If::kAny, If::kAny,
     Action::kSend, Keeps::kNoPin},
    {kProviderFailures,                            kPinned,                      If::kAny, If::kAny, If::kAny,
     Action::kReleaseClaim, Keeps::kPin},
    {{"not_expressible"},                          {Pinned::kNo},                If::kAny, If::kAny, If::kAny,
     Action::kSend, Keeps::kNoPin},
    {{"not_expressible"},                          kPinned,                      If::kAny, If::kAny, If::kAny,
     Action::kMarkDead, Keeps::kNoPin},
};
// clang-format on

std::string NameOf(const SendOutcome& outcome) {
  if (outcome.retry_after) return "rate_limit";
  return std::string(kSendOutcomeNames[static_cast<std::size_t>(outcome.kind)]);
}

std::vector<SendOutcome> AllOutcomes() {
  std::vector<SendOutcome> outcomes;
  for (std::size_t kind = 0; kind < kSendOutcomeNames.size(); ++kind) {
    outcomes.push_back(Failed(static_cast<Kind>(kind)));
  }
  outcomes.push_back(Failed(Kind::kRetry, absl::Minutes(1)));
  return outcomes;
}

std::vector<Attempt> AllAttempts() {
  std::vector<Attempt> attempts;
  for (const SendOutcome& outcome : AllOutcomes()) {
    for (const Pinned pinned : kAnyPin) {
      for (const unsigned flags : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
        attempts.push_back({outcome, pinned, (flags & 1U) != 0, (flags & 2U) != 0, (flags & 4U) != 0});
      }
    }
  }
  return attempts;
}

bool Matches(const Row& row, const Attempt& attempt) {
  return std::count(row.outcomes.begin(), row.outcomes.end(), NameOf(attempt.outcome)) > 0 &&
         std::count(row.pinned.begin(), row.pinned.end(), attempt.pinned) > 0 &&
         Matches(row.safe_to_resend, attempt.safe_to_resend) &&
         Matches(row.attempts_left, attempt.attempts_left) &&
         Matches(row.recognizes_repeats, attempt.recognizes_repeats);
}

Routing After(const Attempt& attempt) {
  Routing routing;
  routing.message.template_name = attempt.safe_to_resend ? kSafeTemplate : kUnsafeTemplate;
  routing.message.attempts = attempt.attempts_left ? kMaxAttempts - 1 : kMaxAttempts;
  if (attempt.pinned != Pinned::kNo) routing.route.pin.provider = "first";
  if (attempt.pinned == Pinned::kByEarlierCopy) routing.route.pin.time = kFirstAttempt;
  routing.message.pinned_provider = "first";
  routing.message.pin_time = routing.route.pin.time.value_or(kLastAttempt);
  if (attempt.recognizes_repeats) routing.providers[0].repeat_window = absl::Hours(24);
  routing.route.RecordTry(attempt.outcome.kind);
  return routing;
}

ProviderPin ExpectedPin(Keeps keeps, const Routing& routing) {
  switch (keeps) {
    case Keeps::kNoPin:
      return {};
    case Keeps::kPin:
      return routing.route.pin;
    case Keeps::kPinToThisAttempt:
      return {routing.message.pinned_provider, routing.message.pin_time};
  }
  return {};
}

TEST_CASE(
    "RouteAfterAttempt returns the action and the pin that kTable lists for each outcome, pin and message") {
  for (const Attempt& attempt : AllAttempts()) {
    const auto matches = [&](const Row& row) { return Matches(row, attempt); };
    INFO(StrCat(NameOf(attempt.outcome), ", pin ", static_cast<int>(attempt.pinned), ", safe ",
                attempt.safe_to_resend, ", attempts left ", attempt.attempts_left, ", recognizes ",
                attempt.recognizes_repeats));
    REQUIRE(std::count_if(kTable.begin(), kTable.end(), matches) == 1);
    const Row& row = *std::find_if(kTable.begin(), kTable.end(), matches);

    const Routing routing = After(attempt);
    const RoutingDecision decision = RouteAfterAttempt(routing.facts(), attempt.outcome);
    CHECK(decision.action == row.action);
    CHECK(decision.pin == ExpectedPin(row.keeps, routing));
    if (row.action == Action::kSend) CHECK(decision.provider == 1);
    if (row.action == Action::kScheduleRetry) CHECK(decision.backoff_attempt == routing.message.attempts);
    CHECK_THAT(decision.reason, Catch::EndsWith(row.action == Action::kMarkDead ? "the error" : ""));
  }
}

// Decisions about a message that has just been claimed.

struct Claim {
  std::string name;
  std::function<void(Routing&)> arrange;
  RoutingDecision expected;
};

const ProviderPin kRequested = {"second", std::nullopt};
const ProviderPin kCopy = {"second", kFirstAttempt};

const std::vector<Claim> kClaims = {
    {"queued for any provider", [](Routing&) {}, SendBy(0)},
    {"expired",
     [](Routing& r) { r.message.expire_time = kNow; },
     {.action = Action::kCancel, .reason = "the message expired before it was sent"}},
    {"expires later", [](Routing& r) { r.message.expire_time = kNow + absl::Microseconds(1); }, SendBy(0)},
    {"last attempt", [](Routing& r) { r.message.attempts = kMaxAttempts; }, SendBy(0)},
    {"each process ended before it saved the outcome",
     [](Routing& r) { r.message.attempts = kMaxAttempts + 1; },
     Dead("the outcome of every attempt is unknown")},
    {"the first provider cannot accept a message", [](Routing& r) { r.providers[0].can_accept = false; },
     SendBy(1)},
    {"queued for the second provider", [](Routing& r) { r.route.pin = kRequested; }, SendBy(1, kRequested)},
    {"queued for a provider that was removed",
     [](Routing& r) {
       r.route.pin = {"gone", std::nullopt};
     },
     Dead("the provider gone is no longer configured")},
    {"a copy may have been sent by a provider that recognizes repeats",
     [](Routing& r) {
       r.route.pin = kCopy;
       r.providers[1].repeat_window = kNow - kFirstAttempt + absl::Microseconds(1);
     },
     SendBy(1, kCopy)},
    {"the deduplication window has expired, and the message is safe to resend",
     [](Routing& r) {
       r.route.pin = kCopy;
       r.providers[1].repeat_window = kNow - kFirstAttempt;
     },
     SendBy(0)},
    {"the deduplication window has expired, and the message is not safe to resend",
     [](Routing& r) {
       r.route.pin = kCopy;
       r.providers[1].repeat_window = kNow - kFirstAttempt;
       r.message.template_name = kUnsafeTemplate;
     },
     Dead("the message may have been sent by second, which does not recognize repeats")},
    {"a copy may have been sent by a provider that was removed",
     [](Routing& r) {
       r.route.pin = {"gone", kFirstAttempt};
     },
     SendBy(0)},
};

TEST_CASE("RouteClaimed sends a claimed message, cancels it if expired, or marks it DEAD") {
  for (const Claim& claim : kClaims) {
    INFO(claim.name);
    Routing routing;
    claim.arrange(routing);
    CHECK(RouteClaimed(routing.facts()) == claim.expected);
  }
}

// Decisions while no provider can accept a message.

TEST_CASE("A message that no provider can accept waits for the provider that becomes available first") {
  Routing routing;
  routing.providers[0] = {
      .name = "first", .can_accept = false, .time_until_open = absl::Minutes(5), .failures = 4};
  routing.providers[1] = {
      .name = "second", .can_accept = false, .time_until_open = absl::Minutes(2), .failures = 2};
  RoutingDecision expected = {
      .action = Action::kReleaseUnrouted, .min_delay = absl::Minutes(2), .backoff_attempt = 4};
  CHECK(RouteClaimed(routing.facts()) == expected);
  CHECK(RerouteWaiting(routing.facts()) == expected);

  routing.route.pin.provider = "first";
  expected.min_delay = absl::Minutes(5);
  expected.pin = routing.route.pin;
  CHECK(RouteClaimed(routing.facts()) == expected);
  CHECK(RerouteWaiting(routing.facts()) == expected);
}

TEST_CASE("A message whose provider became unavailable goes to the next provider that was not tried") {
  Routing routing;
  routing.providers.push_back({.name = "third"});
  routing.route.tries = {Try::kNone, Try::kNotSent, Try::kNone};
  routing.providers[0].can_accept = false;
  CHECK(RerouteWaiting(routing.facts()) == SendBy(2));
}

TEST_CASE("A message that each provider failed to send is released, and waits longer with each failure") {
  Routing routing;
  routing.route.tries = {Try::kNotSent, Try::kNotSent};
  routing.providers[1].failures = 3;
  CHECK(RouteAfterAttempt(routing.facts(), Failed(Kind::kUnreachable)) ==
        RoutingDecision{.action = Action::kReleaseClaim, .backoff_attempt = 3});
}

TEST_CASE("A message does not wait for a provider that does not support the message") {
  Routing routing;
  routing.route.tries = {Try::kNotExpressible, Try::kNotSent};
  routing.providers[1].time_until_open = absl::Hours(1);
  CHECK(RouteAfterAttempt(routing.facts(), Failed(Kind::kQuota)) ==
        RoutingDecision{.action = Action::kReleaseClaim, .min_delay = absl::Hours(1), .backoff_attempt = 1});

  routing.route.tries = {Try::kNotExpressible, Try::kNotExpressible};
  CHECK(RouteAfterAttempt(routing.facts(), Failed(Kind::kNotExpressible)) == Dead("the error"));
}

}  // namespace
}  // namespace keelson
