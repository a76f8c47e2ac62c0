#include "core/sessions/introspect_session.h"

#include <catch2/catch.hpp>

#include "tests/core/sessions/session_world.h"
#include "tests/support/failing_store.h"

namespace keelson {
namespace {

TEST_CASE("IntrospectSession returns the session of an access token, and whether the address is verified") {
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  const IntrospectedSession found = Must(world.Introspect(issued.tokens.access));
  CHECK(found.session.fields() == issued.session.fields());
  CHECK_FALSE(found.email_verified);
  Must(world.Verify(world.Outbox().at(0).variables.at("token")).status());
  CHECK(Must(world.Introspect(Secret(StrCat(" ", issued.tokens.access.Reveal(), "\n")))).email_verified);
  CHECK_FALSE(issued.session->email_verified);
  CHECK(world.SignedIn().session->email_verified);
}

TEST_CASE("An access token that is unknown, expired or another kind of token is invalid") {
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  const std::string token(issued.tokens.access.Reveal());
  Must(world.RequestReset());
  for (const std::string& wrong :
       {std::string("x"), token + "x", token.substr(1), std::string(issued.tokens.refresh.Reveal()),
        world.ResetToken(), issued.session->id.ToString(), std::string("\xff\0", 2)}) {
    CAPTURE(wrong);
    CHECK(ReasonOf(world.Introspect(Secret(wrong))) == "SESSION_INVALID");
    CHECK(ReasonOf(world.Revoke(Secret(wrong))) == "SESSION_INVALID");
  }
  CHECK(BadFields(world.Introspect(Secret(" "))) == Fields{"access_token"});
  CHECK(BadFields(world.Revoke(Secret(""))) == Fields{"access_token"});
  world.clock.Advance(world.sessions.access_ttl - absl::Microseconds(1));
  CHECK(ReasonOf(world.Introspect(issued.tokens.access)) == "OK");
  world.clock.Advance(absl::Microseconds(1));
  const auto expired = world.Introspect(issued.tokens.access);
  CHECK(ReasonOf(expired) == "SESSION_INVALID");
  CHECK(expired.status() == world.Introspect(Secret("x")).status());
  CHECK(ReasonOf(world.Revoke(issued.tokens.access)) == "SESSION_INVALID");
}

TEST_CASE("A use of a session is noted once in five minutes, and stored in the background") {
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  const absl::Time signed_in = world.clock.Now();
  world.clock.Advance(absl::Minutes(5) - absl::Microseconds(1));
  CHECK(Must(world.Introspect(issued.tokens.access)).session->last_use_time == signed_in);
  CHECK(world.uses.size() == 0);
  world.clock.Advance(absl::Microseconds(1));
  CHECK(Must(world.Introspect(issued.tokens.access)).session->last_use_time == world.clock.Now());
  CHECK(world.uses.size() == 1);
  CHECK(world.Stored().at(0)->last_use_time == signed_in);
  world.clock.Advance(absl::Seconds(10));
  Must(world.Introspect(issued.tokens.access).status());
  CHECK(world.uses.size() == 1);
  world.NewEvents();
  CHECK_FALSE(Must(world.RecordUses()));
  CHECK(world.Stored().at(0)->last_use_time == world.clock.Now());
  CHECK(world.uses.size() == 0);
  CHECK(world.NewEvents().empty());
}

TEST_CASE("Introspection keeps a session from its idle expiry") {
  SessionWorld world;
  world.sessions.idle_ttl = absl::Minutes(8);
  world.sessions.access_ttl = absl::Hours(10);
  const IssuedSession issued = world.SignedIn();
  for (int i = 0; i < 10; ++i) {
    world.clock.Advance(absl::Minutes(7));
    CHECK(ReasonOf(world.Introspect(issued.tokens.access)) == "OK");
    Must(world.RecordUses().status());
  }
  world.clock.Advance(absl::Minutes(8));
  CHECK(ReasonOf(world.Introspect(issued.tokens.access)) == "SESSION_INVALID");
}

TEST_CASE("The precision of the last use is a quarter of a short idle time") {
  SessionWorld world;
  world.sessions.idle_ttl = absl::Seconds(40);
  const IssuedSession issued = world.SignedIn();
  world.clock.Advance(absl::Seconds(10));
  Must(world.Introspect(issued.tokens.access).status());
  CHECK(world.uses.size() == 1);
}

TEST_CASE("A use of a session that has ended is dropped, and a later stored use is kept") {
  SessionWorld world;
  const IssuedSession ended = world.SignedIn();
  const IssuedSession refreshed = world.SignedIn();
  world.clock.Advance(absl::Minutes(2));
  Must(world.Introspect(ended.tokens.access).status());
  Must(world.Introspect(refreshed.tokens.access).status());
  Must(world.Revoke(ended.session->id));
  world.clock.Advance(absl::Minutes(2));
  const IssuedSession next = Must(world.Refresh(refreshed.tokens.refresh));
  CHECK_FALSE(Must(world.RecordUses()));
  REQUIRE(world.Stored().size() == 1);
  CHECK(world.Stored()[0].fields() == next.session.fields());
}

TEST_CASE("After an error of the store, the uses stay noted") {
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  world.clock.Advance(absl::Minutes(5));
  Must(world.Introspect(issued.tokens.access).status());
  FailingStore store(world.store);
  store.failure = MakeError(Reason::kStoreUnavailable, "the disk is full");
  CHECK(ReasonOf(RecordSessionUses(store, world.uses, world.sessions).Handle()) == "STORE_UNAVAILABLE");
  CHECK(world.uses.size() == 1);
  store.failure = absl::OkStatus();
  CHECK_FALSE(Must(RecordSessionUses(store, world.uses, world.sessions).Handle()));
  CHECK(world.Stored().at(0)->last_use_time == world.clock.Now());
}

TEST_CASE("RecordSessionUses stores one batch, and tells whether more uses are noted") {
  SessionWorld world;
  for (std::size_t i = 0; i < RecordSessionUses::kBatch + 1; ++i) {
    world.uses.Note(world.ids.Next<SessionKind>(), world.clock.Now());
  }
  CHECK(Must(world.RecordUses()));
  CHECK(world.uses.size() == 1);
  CHECK_FALSE(Must(world.RecordUses()));
  CHECK_FALSE(Must(world.RecordUses()));
}

TEST_CASE("SessionUses is bounded, and keeps the latest use of each session") {
  SessionWorld world;
  SessionUses uses;
  const auto first = world.ids.Next<SessionKind>();
  const absl::Time now = world.clock.Now();
  uses.Note(first, now);
  for (std::size_t i = 1; i < SessionUses::kCapacity + 10; ++i) uses.Note(world.ids.Next<SessionKind>(), now);
  CHECK(uses.size() == SessionUses::kCapacity);
  uses.Note(first, now + absl::Seconds(2));
  uses.Note(first, now + absl::Seconds(1));
  CHECK(uses.Take(1) == SessionUses::Uses{{first, now + absl::Seconds(2)}});
  CHECK(uses.size() == SessionUses::kCapacity - 1);
}

}  // namespace
}  // namespace keelson
