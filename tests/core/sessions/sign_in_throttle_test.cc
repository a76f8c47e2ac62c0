// Failed sign-ins: the delays, who is affected, and what clears them.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "tests/core/sessions/session_world.h"

namespace keelson {
namespace {

SignInCommand WrongPassword(std::string email = "ada@example.com", std::string ip_address = "") {
  return Credentials("wrong password", std::move(email), std::move(ip_address));
}

void Fail(SessionWorld& world, int times, const std::string& email = "ada@example.com",
          const std::string& ip_address = "") {
  for (int i = 0; i < times; ++i) {
    REQUIRE(ReasonOf(world.TrySignIn(WrongPassword(email, ip_address))) == "CREDENTIALS_INVALID");
  }
}

std::optional<absl::Duration> RetryAfter(const absl::StatusOr<IssuedSession>& result) {
  return Details(result).retry_after;
}

TEST_CASE("After ten free failures each failure delays the next sign-in, also with the right password") {
  SessionWorld world;
  const IssuedSession live = world.SignedIn();
  Fail(world, 11);
  const auto refused = world.TrySignIn();
  CHECK(ReasonOf(refused) == "SIGN_IN_THROTTLED");
  CHECK(RetryAfter(refused) == absl::Seconds(30));
  world.clock.Advance(absl::Seconds(20));
  CHECK(RetryAfter(world.TrySignIn(WrongPassword())) == absl::Seconds(10));
  CHECK(ReasonOf(world.Introspect(live.tokens.access)) == "OK");
  CHECK(ReasonOf(world.Refresh(live.tokens.refresh)) == "OK");
  world.clock.Advance(absl::Seconds(10));
  Fail(world, 1);
  CHECK(RetryAfter(world.TrySignIn()) == absl::Minutes(1));
  world.clock.Advance(absl::Minutes(1));
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
  Fail(world, 11);
}

TEST_CASE("An unknown address is throttled like a known one, for any spelling") {
  SessionWorld world;
  world.Ada();
  for (const std::string address : {"ada@example.com", "bob@example.com"}) {
    CAPTURE(address);
    Fail(world, 11, address);
    const auto refused = world.TrySignIn(WrongPassword(absl::AsciiStrToUpper(address)));
    CHECK(ReasonOf(refused) == "SIGN_IN_THROTTLED");
    CHECK(RetryAfter(refused) == absl::Seconds(30));
  }
  CHECK(ReasonOf(world.TrySignIn(WrongPassword("eve@example.com"))) == "CREDENTIALS_INVALID");
}

TEST_CASE("A throttled sign-in computes no hash, counts no failure and records no event") {
  SessionWorld world;
  world.Ada();
  Fail(world, 11);
  world.NewEvents();
  world.hasher.verifications = 0;
  for (int i = 0; i < 20; ++i) CHECK(RetryAfter(world.TrySignIn()) == absl::Seconds(30));
  CHECK(world.hasher.verifications == 0);
  CHECK(world.NewEvents().empty());
}

TEST_CASE("A failure that begins a delay records sign_in.throttled") {
  SessionWorld world;
  world.Ada();
  Fail(world, 10);
  world.NewEvents();
  Fail(world, 1);
  CHECK(world.NewEvents() == Fields{"sign_in.failed", "sign_in.throttled"});
  CHECK(world.Events().back().payload == R"({"scope":"account","failures":11,"delay_seconds":30})");
  CHECK(world.Events().back().user_id == world.Ada()->id);
}

TEST_CASE("After 100 consecutive failures an account can sign in only after a password reset") {
  SessionWorld world;
  const IssuedSession live = world.SignedIn();
  for (int i = 0; i < 100; ++i) {
    REQUIRE(ReasonOf(world.TrySignIn(WrongPassword())) == "CREDENTIALS_INVALID");
    if (i < 99) world.clock.Advance(absl::Hours(1));
  }
  const auto refused = world.TrySignIn();
  CHECK(ReasonOf(refused) == "SIGN_IN_THROTTLED");
  CHECK(RetryAfter(refused) == absl::Hours(24));
  CHECK(ReasonOf(world.Refresh(live.tokens.refresh)) == "OK");
  world.clock.Advance(absl::Hours(24 * 400));
  CHECK(ReasonOf(world.TrySignIn()) == "SIGN_IN_THROTTLED");
  Must(world.RequestReset());
  Must(world.Reset(world.ResetToken()));
  CHECK(ReasonOf(world.TrySignIn(Credentials(kNewPassword))) == "OK");
}

TEST_CASE("A success forgets the failures of the account") {
  SessionWorld world;
  world.Ada();
  for (int round = 0; round < 3; ++round) {
    Fail(world, 10);
    CHECK(ReasonOf(world.TrySignIn()) == "OK");
  }
}

TEST_CASE("Failures are forgotten after 24 hours") {
  SessionWorld world;
  world.Ada();
  Fail(world, 10);
  world.clock.Advance(absl::Hours(24));
  Fail(world, 11);
  CHECK(ReasonOf(world.TrySignIn()) == "SIGN_IN_THROTTLED");
}

TEST_CASE("Failures at many accounts throttle the network: an IPv4 address or an IPv6 /64") {
  struct Networks {
    std::string guesses;
    std::string same;
    std::string other;
  };
  for (const Networks& networks : {Networks{"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"},
                                   Networks{"2001:db8:1:2::1", "2001:db8:1:2:ffff::", "2001:db8:1:3::1"}}) {
    CAPTURE(networks.guesses);
    SessionWorld world;
    world.Ada();
    for (int i = 0; i < 101; ++i) Fail(world, 1, StrCat("user", i, "@example.com"), networks.guesses);
    const auto refused = world.TrySignIn(Credentials(kPassword, "ada@example.com", networks.same));
    CHECK(ReasonOf(refused) == "SIGN_IN_THROTTLED");
    CHECK(RetryAfter(refused) == absl::Seconds(1));
    CHECK(ReasonOf(world.TrySignIn(Credentials(kPassword, "ada@example.com", networks.other))) == "OK");
    CHECK(ReasonOf(world.TrySignIn()) == "OK");
  }
}

TEST_CASE("A success does not clear the failures of the network, and does not add to them") {
  SessionWorld world;
  world.Ada();
  const std::string network = "192.0.2.1";
  for (int i = 0; i < 100; ++i) Fail(world, 1, StrCat("user", i, "@example.com"), network);
  for (int i = 0; i < 5; ++i) {
    CHECK(ReasonOf(world.TrySignIn(Credentials(kPassword, "ada@example.com", network))) == "OK");
  }
  Fail(world, 1, "eve@example.com", network);
  CHECK(ReasonOf(world.TrySignIn(Credentials(kPassword, "ada@example.com", network))) == "SIGN_IN_THROTTLED");
}

TEST_CASE(
    "A throttled network counts no failure of the account, and a throttled account none of the network") {
  SessionWorld world;
  world.Ada();
  for (int i = 0; i < 101; ++i) Fail(world, 1, StrCat("user", i, "@example.com"), "192.0.2.1");
  for (int i = 0; i < 20; ++i) {
    CHECK(ReasonOf(world.TrySignIn(WrongPassword("ada@example.com", "192.0.2.1"))) == "SIGN_IN_THROTTLED");
  }
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
  Fail(world, 11);
  for (int i = 0; i < 200; ++i) {
    CHECK(ReasonOf(world.TrySignIn(WrongPassword("ada@example.com", "192.0.2.2"))) == "SIGN_IN_THROTTLED");
  }
  CHECK(ReasonOf(world.TrySignIn(WrongPassword("eve@example.com", "192.0.2.2"))) == "CREDENTIALS_INVALID");
}

TEST_CASE("Parallel guesses can't exceed the limit") {
  SessionWorld world;
  world.Ada();
  std::atomic<int> verified = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back(
        [&] { verified += ReasonOf(world.TrySignIn(WrongPassword())) == "CREDENTIALS_INVALID" ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(verified == 11);
  CHECK(ReasonOf(world.TrySignIn()) == "SIGN_IN_THROTTLED");
}

TEST_CASE("An attempt that the hasher rejects does not count") {
  SessionWorld world;
  (void)world.SignedIn();
  world.hasher.failure = MakeError(Reason::kOverloaded, "the queue is full");
  for (int i = 0; i < 150; ++i) {
    CHECK(ReasonOf(world.TrySignIn(Credentials(kPassword, "ada@example.com", "192.0.2.1"))) == "OVERLOADED");
  }
  world.hasher.failure = absl::OkStatus();
  Fail(world, 10, "ada@example.com", "192.0.2.1");
  CHECK(ReasonOf(world.TrySignIn(Credentials(kPassword, "ada@example.com", "192.0.2.1"))) == "OK");
}

TEST_CASE("The right password does not count as a failure if the deadline expires while it is hashed") {
  SessionWorld world;
  (void)world.SignedIn();
  for (int i = 0; i < 20; ++i) {
    world.hasher.before_verify_returns = [&] {
      world.context.deadline = Deadline::After(absl::ZeroDuration());
    };
    REQUIRE(absl::IsDeadlineExceeded(world.TrySignIn().status()));
    world.context.deadline = Deadline::Never();
  }
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
}

}  // namespace
}  // namespace keelson
