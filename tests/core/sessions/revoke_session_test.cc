#include "core/sessions/revoke_session.h"

#include <catch2/catch.hpp>

#include "core/repositories.h"
#include "tests/core/sessions/session_world.h"

namespace keelson {
namespace {

TEST_CASE("A session is revoked by its access token or its id, and its tokens end at once") {
  const bool by_id = GENERATE(true, false);
  SessionWorld world;
  const IssuedSession issued = world.SignedIn();
  const IssuedSession other = world.SignedIn();
  world.NewEvents();
  Must(by_id ? world.Revoke(issued.session->id) : world.Revoke(issued.tokens.access));
  CHECK(world.NewEvents() == Fields{"session.revoked"});
  CHECK(world.Events().back().subject == issued.session->id.ToString());
  CHECK(world.Events().back().payload == R"({"cause":"revoked"})");
  CHECK(ReasonOf(world.Introspect(issued.tokens.access)) == "SESSION_INVALID");
  CHECK(ReasonOf(world.Refresh(issued.tokens.refresh)) == "REFRESH_TOKEN_INVALID");
  CHECK(ReasonOf(world.Revoke(issued.session->id)) == "SESSION_NOT_FOUND");
  CHECK(ReasonOf(world.Revoke(issued.tokens.access)) == "SESSION_INVALID");
  CHECK(ReasonOf(world.Introspect(other.tokens.access)) == "OK");
}

TEST_CASE("RevokeSession distinguishes an invalid id from an unknown session") {
  SessionWorld world;
  RevokeSession revoke(world.store, world.clock, world.sessions);
  CHECK(BadFields(revoke.ById(world.context, "session")) == Fields{"session_id"});
  CHECK(BadFields(revoke.ById(world.context, world.Ada()->id.ToString())) == Fields{"session_id"});
  CHECK(ReasonOf(revoke.ById(world.context, "session_01h455vb4pex5vsknk084sn02q")) == "SESSION_NOT_FOUND");
}

TEST_CASE("RevokeAllSessions ends the active sessions of one user, and returns their number") {
  SessionWorld world;
  world.sessions.idle_ttl = absl::Hours(1);
  Must(world.Register(Registration("bob@example.com")).status());
  const IssuedSession bobs = Must(world.TrySignIn(Credentials(kPassword, "bob@example.com")));
  (void)world.SignedIn();
  world.clock.Advance(absl::Hours(1) - absl::Microseconds(1));
  const IssuedSession bobs_next = Must(world.Refresh(bobs.tokens.refresh));
  world.clock.Advance(absl::Microseconds(1));
  for (int i = 0; i < 3; ++i) (void)world.SignedIn();
  world.NewEvents();
  CHECK(Must(world.RevokeAll(world.Ada()->id)) == 3);
  CHECK(world.NewEvents() == Fields{"session.revoked", "session.revoked", "session.revoked"});
  CHECK(world.Stored().empty());
  CHECK(ReasonOf(world.Introspect(bobs_next.tokens.access)) == "OK");
  CHECK(Must(world.RevokeAll(world.Ada()->id)) == 0);
}

TEST_CASE("RevokeAllSessions distinguishes an invalid id from an unknown user") {
  SessionWorld world;
  EndSessions end_sessions(world.sessions);
  RevokeAllSessions revoke_all(world.store, world.clock, end_sessions);
  CHECK(BadFields(revoke_all.Handle(world.context, "")) == Fields{"user_id"});
  CHECK(ReasonOf(revoke_all.Handle(world.context, "user_01h455vb4pex5vsknk084sn02q")) == "USER_NOT_FOUND");
}

TEST_CASE("SuspendUser and DeleteUser end every session of the user, and only of this user") {
  SessionWorld world;
  Must(world.Register(Registration("bob@example.com")).status());
  const IssuedSession of_bob = Must(world.TrySignIn(Credentials(kPassword, "bob@example.com")));
  const IssuedSession issued = world.SignedIn();
  (void)world.SignedIn();
  world.NewEvents();
  const bool suspend = GENERATE(true, false);
  Must((suspend ? world.Suspend(world.Ada()) : world.Delete(world.Ada())).status());
  CHECK(world.NewEvents() ==
        Fields{"session.revoked", "session.revoked", suspend ? "user.suspended" : "user.deleted"});
  CHECK(world.Events().rbegin()[1].payload ==
        (suspend ? R"({"cause":"suspended"})" : R"({"cause":"deleted"})"));
  CHECK(ReasonOf(world.Introspect(issued.tokens.access)) == "SESSION_INVALID");
  CHECK(ReasonOf(world.Refresh(issued.tokens.refresh)) == "REFRESH_TOKEN_INVALID");
  CHECK(world.Introspect(of_bob.tokens.access).ok());
}

TEST_CASE("ListSessions pages through the active sessions of one user, newest first") {
  SessionWorld world;
  world.sessions.idle_ttl = absl::Hours(1);
  Must(world.Register(Registration("bob@example.com")).status());
  Must(world.TrySignIn(Credentials(kPassword, "bob@example.com")).status());
  (void)world.SignedIn();
  world.clock.Advance(absl::Minutes(30));
  std::vector<SessionId> expected;
  for (int i = 0; i < 5; ++i) {
    world.clock.Advance(absl::Seconds(1));
    expected.insert(expected.begin(), world.SignedIn().session->id);
  }
  world.clock.Advance(absl::Minutes(30));

  ListSessionsQuery query;
  query.user_id = world.Ada()->id.ToString();
  query.page_size = 2;
  std::vector<SessionId> listed;
  do {
    const SessionPage page = Must(world.List(query));
    CHECK(page.sessions.size() <= 2);
    for (const Session& session : page.sessions) listed.push_back(session->id);
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  CHECK(listed == expected);
}

TEST_CASE("ListSessions rejects invalid fields, and page tokens of another user") {
  SessionWorld world;
  ListSessionsQuery query;
  query.page_size = -1;
  CHECK(BadFields(world.List(query)) == Fields{"user_id", "page_size"});
  for (int i = 0; i < 2; ++i) (void)world.SignedIn();
  query.user_id = world.Ada()->id.ToString();
  query.page_size = 1;
  query.page_token = Must(world.List(query)).next_page_token;
  query.user_id = "user_01h455vb4pex5vsknk084sn02q";
  CHECK(ReasonOf(world.List(query)) == "PAGE_TOKEN_INVALID");
  query.page_token = "";
  CHECK(Must(world.List(query)).sessions.empty());
}

}  // namespace
}  // namespace keelson
