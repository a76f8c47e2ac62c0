#include "core/sessions/sign_in.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>
#include <utility>

#include "core/repositories.h"
#include "tests/core/sessions/session_world.h"

namespace keelson {
namespace {

TEST_CASE("A sign-in starts a session, and returns its tokens once") {
  SessionWorld world;
  const User ada = world.Ada();
  world.NewEvents();
  world.clock.Advance(absl::Hours(1));
  SignInCommand command = Credentials(kPassword, " ADA@example.com", "2001:DB8::0:1");
  command.user_agent = " Firefox \u2192 Linux ";
  const IssuedSession issued = Must(world.TrySignIn(command));
  const absl::Time now = world.clock.Now();
  CHECK(issued.session->user_id == ada->id);
  CHECK(issued.session->user_agent == "Firefox \u2192 Linux");
  CHECK(issued.session->ip_address == "2001:db8::1");
  CHECK(issued.session->create_time == now);
  CHECK(issued.session->last_use_time == now);
  CHECK(issued.session->access_expire_time == now + world.sessions.access_ttl);
  CHECK(issued.session->expire_time == now + world.sessions.refresh_ttl);
  CHECK(issued.tokens.access.Reveal().size() == 43);
  CHECK(issued.tokens.refresh.Reveal().size() == 64);
  CHECK(Must(world.Introspect(issued.tokens.access)).session->id == issued.session->id);
  CHECK(world.NewEvents() == Fields{"session.started"});
  CHECK(world.Events().back().subject == issued.session->id.ToString());
  CHECK(world.Events().back().user_id == ada->id);
  REQUIRE(world.Stored().size() == 1);
  CHECK(world.Stored()[0].fields() == issued.session.fields());
}

TEST_CASE("The password of a sign-in is compared in its normal form") {
  SessionWorld world;
  RegisterUserCommand command = Registration("bob@example.com");
  command.password = Secret("pa\u0308sswort-lang");
  Must(world.Register(command).status());
  CHECK(ReasonOf(world.TrySignIn(Credentials("p\u00e4sswort-lang", "bob@example.com"))) == "OK");
  CHECK(ReasonOf(world.TrySignIn(Credentials("passwort-lang", "bob@example.com"))) == "CREDENTIALS_INVALID");
}

TEST_CASE("A sign-in reports every invalid field, and computes no hash") {
  SessionWorld world;
  SignInCommand command = Credentials("", "nobody", "localhost");
  command.user_agent = "two\nlines";
  CHECK(BadFields(world.TrySignIn(command)) == Fields{"email", "password", "user_agent", "ip_address"});
  command = Credentials(std::string(257, 'q'));
  command.user_agent = std::string(513, 'q');
  CHECK(BadFields(world.TrySignIn(command)) == Fields{"password", "user_agent"});
  command = Credentials("\xff");
  command.user_agent = "\xff";
  CHECK(BadFields(world.TrySignIn(command)) == Fields{"password", "user_agent"});
  CHECK(world.hasher.verifications == 0);
  CHECK(world.Events().empty());
  world.Ada();
  command = Credentials();
  command.user_agent = std::string(512, 'q');
  CHECK(ReasonOf(world.TrySignIn(command)) == "OK");
}

// One reason why a sign-in fails: prepares the account.
struct Refusal {
  std::string cause;
  std::function<void(SessionWorld&, UserId)> prepare;
  std::string email = "ada@example.com";
  std::string password = std::string(kPassword);
};

TEST_CASE("Every reason why a sign-in fails has the same response after the same work") {
  const std::vector<Refusal> refusals = {
      {"wrong_password", [](SessionWorld&, UserId) {}, "ada@example.com", "wrong password"},
      {"unknown_address", [](SessionWorld&, UserId) {}, "bob@example.com"},
      {"not_active", [](SessionWorld& w, UserId id) { w.SetState(id, UserState::kSuspended); }},
      {"not_active", [](SessionWorld& w, UserId id) { w.SetState(id, UserState::kDeleted); }},
      {"unverified_email", [](SessionWorld& w, UserId) { w.sessions.require_verified_email = true; }},
  };
  std::optional<absl::Status> first;
  for (const Refusal& refusal : refusals) {
    CAPTURE(refusal.cause);
    SessionWorld world;
    const UserId id = world.Ada()->id;
    refusal.prepare(world, id);
    world.NewEvents();
    world.hasher.hashes = 0;
    const auto result = world.TrySignIn(Credentials(refusal.password, refusal.email));
    CHECK(ReasonOf(result) == "CREDENTIALS_INVALID");
    if (!first) first = result.status();
    CHECK(result.status() == *first);
    CHECK(world.hasher.verifications == 1);
    CHECK(world.hasher.hashes == 0);
    CHECK(world.NewEvents() == Fields{"sign_in.failed"});
    CHECK(world.Events().back().payload == StrCat(R"({"cause":")", refusal.cause, R"("})"));
    CHECK(world.Events().back().user_id == (refusal.cause == "unknown_address" ? UserId() : id));
    CHECK(world.Stored().empty());
  }
}

struct CountingStore : Store {
  explicit CountingStore(Store& inner) : store(inner) {}
  absl::Status Read(Deadline deadline, ReadWork work) override {
    ++reads;
    return store.Read(deadline, work);
  }
  absl::Status Write(Deadline deadline, WriteWork work) override {
    ++writes;
    return store.Write(deadline, work);
  }
  absl::Status Check(Deadline deadline) override { return store.Check(deadline); }
  StoreTraits traits() override { return store.traits(); }
  Store& store;
  int reads = 0;
  int writes = 0;
};

TEST_CASE("Once a hash of another kind was verified, every failure verifies a new and another kind of hash") {
  SessionWorld world;
  const UserId imported = world.Ada()->id;
  Must(world.Register(Registration("bob@example.com")).status());
  world.SetHash(imported, FakePasswordHasher::ImportedPhc(Secret(std::string(kPassword))));
  const auto work_of_failure = [&](const std::string& email) {
    const int all = world.hasher.verifications;
    const int others = world.hasher.imported_verifications;
    CHECK(ReasonOf(world.TrySignIn(Credentials("wrong password", email))) == "CREDENTIALS_INVALID");
    return std::pair(world.hasher.verifications - all, world.hasher.imported_verifications - others);
  };
  CHECK(work_of_failure("bob@example.com") == std::pair(1, 0));
  for (const std::string email : {"ada@example.com", "bob@example.com", "nobody@example.com"}) {
    CAPTURE(email);
    CHECK(work_of_failure(email) == std::pair(2, 1));
  }
  world.SetState(imported, UserState::kSuspended);
  CHECK(work_of_failure("ada@example.com") == std::pair(2, 1));

  // A success takes no further verification.
  world.SetState(imported, UserState::kActive);
  const int before = world.hasher.verifications;
  CHECK(ReasonOf(world.TrySignIn(Credentials(kPassword, "bob@example.com"))) == "OK");
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
  CHECK(world.hasher.verifications == before + 2);
  CHECK(work_of_failure("ada@example.com") == std::pair(2, 1));
}

TEST_CASE("A wrong password counts as a failure if the hasher is too busy for the second verification") {
  SessionWorld world;
  const UserId imported = world.Ada()->id;
  world.SetHash(imported, FakePasswordHasher::ImportedPhc(Secret(std::string(kPassword))));
  world.hasher.before_verify_returns = [&] { world.hasher.failure = absl::ResourceExhaustedError("busy"); };
  CHECK(ReasonOf(world.TrySignIn(Credentials("wrong password"))) == "CREDENTIALS_INVALID");
  world.hasher.failure = absl::OkStatus();
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
}

TEST_CASE("A sign-in takes as many transactions for an unknown address as for a wrong password") {
  SessionWorld world;
  world.Ada();
  for (const std::string email : {"ada@example.com", "bob@example.com"}) {
    CountingStore store(world.store);
    PasswordVerifier verifier(store, world.hasher);
    EndSessions end_sessions(world.sessions);
    SignIn sign_in(store, world.clock, world.entropy, world.ids, verifier, end_sessions, world.sign_ins,
                   world.sessions);
    CHECK(ReasonOf(sign_in.Handle(world.context, Credentials("wrong password", email))) ==
          "CREDENTIALS_INVALID");
    CHECK(store.reads == 0);
    CHECK(store.writes == 2);
  }
}

TEST_CASE("A sign-in takes no transaction while the queue of passwords to hash is full") {
  SessionWorld world;
  world.Ada();
  world.hasher.queue = MakeError(Reason::kOverloaded, "the queue is full");
  CountingStore store(world.store);
  PasswordVerifier verifier(store, world.hasher);
  EndSessions end_sessions(world.sessions);
  SignIn sign_in(store, world.clock, world.entropy, world.ids, verifier, end_sessions, world.sign_ins,
                 world.sessions);
  CHECK(ReasonOf(sign_in.Handle(world.context, Credentials())) == "OVERLOADED");
  CHECK(store.reads + store.writes == 0);
  CHECK(world.hasher.verifications == 0);
}

TEST_CASE("An account with a verified address can sign in if the policy requires verification") {
  SessionWorld world;
  world.sessions.require_verified_email = true;
  world.Ada();
  CHECK(ReasonOf(world.TrySignIn()) == "CREDENTIALS_INVALID");
  Must(world.Verify(world.Outbox().at(0).variables.at("token")).status());
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
}

TEST_CASE("A sign-in that races a password change fails, and starts no session") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  world.hasher.before_verify_returns = [&] {
    world.SetHash(id, Must(world.hasher.Hash(Secret(std::string(kNewPassword)), Deadline::Never())));
  };
  CHECK(ReasonOf(world.TrySignIn()) == "CREDENTIALS_INVALID");
  CHECK(world.Stored().empty());
  CHECK(ReasonOf(world.TrySignIn(Credentials(kNewPassword))) == "OK");
}

TEST_CASE("A sign-in that races a suspension fails, and starts no session") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  world.hasher.before_verify_returns = [&] { world.SetState(id, UserState::kSuspended); };
  CHECK(ReasonOf(world.TrySignIn()) == "CREDENTIALS_INVALID");
  CHECK(world.Stored().empty());
}

TEST_CASE("The first sign-in replaces a weak hash") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  const std::string strong = world.StoredHash(id);
  const Secret password{std::string(kPassword)};
  world.SetHash(id, FakePasswordHasher::ImportedPhc(password));
  CHECK(ReasonOf(world.TrySignIn(Credentials("wrong password"))) == "CREDENTIALS_INVALID");
  CHECK(world.StoredHash(id) == FakePasswordHasher::ImportedPhc(password));
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
  CHECK(world.StoredHash(id) == strong);
  world.hasher.hashes = 0;
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
  CHECK(world.hasher.hashes == 0);
}

TEST_CASE("A rehash never overwrites the password of a concurrent change") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  world.SetHash(id, FakePasswordHasher::ImportedPhc(Secret(std::string(kPassword))));
  const std::string changed = Must(world.hasher.Hash(Secret(std::string(kNewPassword)), Deadline::Never()));
  world.hasher.before_hash = [&] { world.SetHash(id, changed); };
  CHECK(ReasonOf(world.TrySignIn()) == "CREDENTIALS_INVALID");
  CHECK(world.StoredHash(id) == changed);
}

TEST_CASE("Of two parallel sign-ins that rehash, both succeed") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  world.SetHash(id, FakePasswordHasher::ImportedPhc(Secret(std::string(kPassword))));
  world.hasher.before_verify_returns = [&] { CHECK(ReasonOf(world.TrySignIn()) == "OK"); };
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
  CHECK(world.Stored().size() == 2);
}

TEST_CASE("A sign-in succeeds with the weak hash if the hasher is too busy to rehash") {
  SessionWorld world;
  const UserId id = world.Ada()->id;
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
  const std::string weak = FakePasswordHasher::ImportedPhc(Secret(std::string(kPassword)));
  world.SetHash(id, weak);
  world.hasher.before_verify_returns = [&] {
    world.hasher.failure = MakeError(Reason::kOverloaded, "the queue is full");
  };
  CHECK(ReasonOf(world.TrySignIn()) == "OK");
  CHECK(world.StoredHash(id) == weak);
}

TEST_CASE("A rehash takes at most half of the time until the deadline, so that the sign-in succeeds") {
  struct SlowHasher : FakePasswordHasher {
    absl::StatusOr<std::string> Hash(const Secret& password, Deadline deadline) override {
      time_limit = deadline.remaining();
      return FakePasswordHasher::Hash(password, deadline);
    }
    absl::Duration time_limit;
  };
  SessionWorld world;
  world.SetHash(world.Ada()->id, FakePasswordHasher::ImportedPhc(Secret(std::string(kPassword))));
  SlowHasher hasher;
  PasswordVerifier verifier(world.store, hasher);
  EndSessions end_sessions(world.sessions);
  SignIn sign_in(world.store, world.clock, world.entropy, world.ids, verifier, end_sessions, world.sign_ins,
                 world.sessions);
  world.context.deadline = Deadline::After(absl::Hours(2));
  CHECK(ReasonOf(sign_in.Handle(world.context, Credentials())) == "OK");
  CHECK(hasher.time_limit > absl::Minutes(50));
  CHECK(hasher.time_limit <= absl::Hours(1));
}

TEST_CASE("A user has at most max_per_user sessions: a further sign-in ends the oldest one") {
  SessionWorld world;
  world.sessions.max_per_user = 3;
  std::vector<IssuedSession> issued;
  for (int i = 0; i < 3; ++i) {
    world.clock.Advance(absl::Seconds(1));
    issued.push_back(world.SignedIn());
  }
  world.NewEvents();
  world.clock.Advance(absl::Seconds(1));
  issued.push_back(world.SignedIn());
  CHECK(world.NewEvents() == Fields{"session.revoked", "session.started"});
  const std::vector<Event> events = world.Events();
  CHECK(events[events.size() - 2].payload == R"({"cause":"max_per_user"})");
  CHECK(events[events.size() - 2].subject == issued[0].session->id.ToString());
  CHECK(ReasonOf(world.Introspect(issued[0].tokens.access)) == "SESSION_INVALID");
  for (std::size_t i = 1; i < issued.size(); ++i) {
    CHECK(ReasonOf(world.Introspect(issued[i].tokens.access)) == "OK");
  }
  world.sessions.max_per_user = 1;
  (void)world.SignedIn();
  CHECK(world.Stored().size() == 1);
}

TEST_CASE("Expired sessions do not count towards max_per_user") {
  SessionWorld world;
  world.sessions.max_per_user = 2;
  world.sessions.idle_ttl = absl::Hours(1);
  const IssuedSession active = world.SignedIn();
  world.clock.Advance(absl::Seconds(1));
  const IssuedSession idle = world.SignedIn();
  world.clock.Advance(absl::Minutes(50));
  const IssuedSession refreshed = Must(world.Refresh(active.tokens.refresh));
  world.clock.Advance(absl::Minutes(10));
  world.NewEvents();
  (void)world.SignedIn();
  CHECK(world.NewEvents() == Fields{"session.started"});
  CHECK(world.Stored().size() == 2);
  CHECK(ReasonOf(world.Introspect(refreshed.tokens.access)) == "OK");
}

TEST_CASE("Parallel sign-ins with the right password all succeed, within max_per_user") {
  SessionWorld world;
  world.sessions.max_per_user = 4;
  world.Ada();
  std::atomic<int> succeeded = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] { succeeded += ReasonOf(world.TrySignIn()) == "OK" ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(succeeded == 10);
  CHECK(world.Stored().size() == 4);
}

}  // namespace
}  // namespace keelson
