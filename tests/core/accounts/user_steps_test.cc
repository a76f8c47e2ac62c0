#include "core/accounts/user_steps.h"

#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <thread>

#include "core/accounts/get_user.h"
#include "core/accounts/list_users.h"
#include "core/common/etag.h"
#include "core/privacy/erase_user.h"
#include "core/sessions/end_sessions.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

struct NamedUserStep {
  std::string_view name;
  std::string_view event_type;
  // Moves the user Ada into a state in which the step is allowed.
  std::function<void(World&)> prepare;
  std::function<absl::StatusOr<User>(World&, const UserStepCommand&)> take;
};

const NamedUserStep kNamedUserSteps[] = {
    {"suspend", "user.suspended", [](World& world) { world.Ada(); },
     [](World& world, const UserStepCommand& command) {
       EndSessions end_sessions(world.sessions);
       return SuspendUser(world.store, world.clock, end_sessions).Handle(world.context, command);
     }},
    {"reinstate", "user.reinstated", [](World& world) { Must(world.Suspend(world.Ada()).status()); },
     [](World& world, const UserStepCommand& command) {
       return ReinstateUser(world.store, world.clock).Handle(world.context, command);
     }},
    {"delete", "user.deleted", [](World& world) { world.Ada(); },
     [](World& world, const UserStepCommand& command) {
       EndSessions end_sessions(world.sessions);
       return DeleteUser(world.store, world.clock, end_sessions, world.accounts)
           .Handle(world.context, command);
     }},
    {"undelete", "user.undeleted", [](World& world) { Must(world.Delete(world.Ada()).status()); },
     [](World& world, const UserStepCommand& command) {
       return UndeleteUser(world.store, world.clock).Handle(world.context, command);
     }},
    {"erase", "user.erased", [](World& world) { world.Ada(); },
     [](World& world, const UserStepCommand& command) {
       EndSessions end_sessions(world.sessions);
       return EraseUser(world.store, world.clock, end_sessions).Handle(world.context, command);
     }},
};

UserStepCommand StepOfAda(World& world, std::string reason = "") {
  return {"", world.Ada()->id.ToString(), std::move(reason), ""};
}

TEST_CASE("Each transition of a user stores the user and records an event with the reason") {
  for (const NamedUserStep& step : kNamedUserSteps) {
    CAPTURE(step.name);
    World world;
    step.prepare(world);
    const User before = world.Load(world.Ada()->id);
    world.NewEvents();
    world.clock.Advance(absl::Minutes(1));
    const User changed = Must(step.take(world, StepOfAda(world, "a \"reason\"")));
    CHECK(changed->version == before->version + 1);
    CHECK(changed->update_time == world.clock.Now());
    CHECK(world.Load(before->id).fields() == changed.fields());
    CHECK(world.NewEvents() == Fields{std::string(step.event_type)});
    const Event event = world.Events().back();
    CHECK(event.subject == before->id.ToString());
    CHECK(event.user_id == before->id);
    CHECK(event.payload == R"({"reason":"a \"reason\""})");
  }
}

TEST_CASE("The event of a transition without a reason has an empty payload") {
  World world;
  Must(world.Suspend(world.Ada()).status());
  CHECK(world.Events().back().payload == "{}");
}

TEST_CASE("A reason is one line of at most 500 characters") {
  for (const NamedUserStep& step : kNamedUserSteps) {
    CAPTURE(step.name);
    World world;
    step.prepare(world);
    world.NewEvents();
    for (const std::string& reason : {std::string(501, 'r'), std::string("a\nb"), std::string("\xff")}) {
      CHECK(BadFields(step.take(world, StepOfAda(world, reason))) == Fields{"reason"});
    }
    CHECK(world.NewEvents().empty());
    CHECK(ReasonOf(step.take(world, StepOfAda(world, std::string(500, 'r')))) == "OK");
  }
}

TEST_CASE("A transition of an unknown user is rejected, and every invalid field is named at once") {
  for (const NamedUserStep& step : kNamedUserSteps) {
    CAPTURE(step.name);
    World world;
    CHECK(ReasonOf(step.take(world, {"", "user_01h455vb4pex5vsknk084sn02q", "", ""})) == "USER_NOT_FOUND");
    CHECK(BadFields(step.take(world, {"\n", "order_1", "\n", ""})) == Fields{"reason", "request_id", "id"});
  }
}

TEST_CASE("A transition of a user succeeds with the current etag and fails with a stale etag") {
  for (const NamedUserStep& step : kNamedUserSteps) {
    CAPTURE(step.name);
    World world;
    step.prepare(world);
    const User before = world.Load(world.Ada()->id);
    world.NewEvents();
    UserStepCommand command = StepOfAda(world);
    command.request_id = "request-1";
    command.etag = EtagOf(before->version - 1);
    const auto stale = step.take(world, command);
    CHECK(ReasonOf(stale) == "ETAG_MISMATCH");
    CHECK(Fact(stale, "etag") == EtagOf(before->version));
    CHECK(world.Load(before->id).fields() == before.fields());
    CHECK(world.NewEvents().empty());
    command.etag = EtagOf(before->version);
    const User changed = Must(step.take(world, command));
    CHECK(changed->version == before->version + 1);
    // The etag of the repeated call is stale by now.
    CHECK(Must(step.take(world, command)).fields() == changed.fields());
    command.request_id = "request-2";
    CHECK(ReasonOf(step.take(world, command)) == "ETAG_MISMATCH");
    CHECK(world.NewEvents() == Fields{std::string(step.event_type)});
  }
}

TEST_CASE("One of SuspendUser and EraseUser with the same etag succeeds when both calls are concurrent") {
  for (int round = 0; round < 20; ++round) {
    World world;
    UserStepCommand command = StepOfAda(world);
    command.etag = EtagOf(world.Ada()->version);
    EndSessions end_sessions(world.sessions);
    SuspendUser suspend_user(world.store, world.clock, end_sessions);
    EraseUser erase_user(world.store, world.clock, end_sessions);
    std::string suspended;
    std::string erased;
    std::thread suspend([&] { suspended = ReasonOf(suspend_user.Handle(world.context, command)); });
    std::thread erase([&] { erased = ReasonOf(erase_user.Handle(world.context, command)); });
    suspend.join();
    erase.join();
    CHECK(std::set<std::string>{suspended, erased} == std::set<std::string>{"ETAG_MISMATCH", "OK"});
    CHECK(world.Load(world.Ada()->id)->state ==
          (erased == "OK" ? UserState::kErased : UserState::kSuspended));
  }
}

TEST_CASE("A repeated transition of a user returns the first response and changes nothing") {
  for (const NamedUserStep& step : kNamedUserSteps) {
    CAPTURE(step.name);
    World world;
    step.prepare(world);
    UserStepCommand command = StepOfAda(world, "spam");
    command.request_id = "request-1";
    const User first = Must(step.take(world, command));
    world.NewEvents();
    world.clock.Advance(absl::Hours(1));
    CHECK(Must(step.take(world, command)).fields() == first.fields());
    UserStepCommand other = command;
    other.reason = "another";
    CHECK(ReasonOf(step.take(world, other)) == "REQUEST_ID_REUSED");
    other = command;
    other.etag = EtagOf(first->version);
    CHECK(ReasonOf(step.take(world, other)) == "REQUEST_ID_REUSED");
    other.request_id = "request-2";
    CHECK(ReasonOf(step.take(world, other)) == "USER_STATE");
    CHECK(world.Load(first->id).fields() == first.fields());
    CHECK(world.NewEvents().empty());
  }
}

TEST_CASE("A user who was suspended before the deletion is suspended after UndeleteUser") {
  World world;
  const User ada = world.Ada();
  const User suspended = Must(world.Suspend(ada));
  world.clock.Advance(absl::Hours(1));
  Must(world.Delete(ada).status());
  const User restored = Must(world.Undelete(ada));
  CHECK(restored->state == UserState::kSuspended);
  CHECK(restored->suspend_time == suspended->suspend_time);
  CHECK(Must(world.Reinstate(ada))->state == UserState::kActive);
}

TEST_CASE("accounts.retention limits the time in which a user can be undeleted") {
  World world;
  world.accounts.retention = absl::Hours(2);
  const User deleted = Must(world.Delete(world.Ada()));
  CHECK(deleted->purge_time == world.clock.Now() + absl::Hours(2));
  world.clock.Advance(absl::Hours(2));
  CHECK(ReasonOf(world.Undelete(deleted)) == "USER_STATE");
  world.clock.Advance(-absl::Microseconds(1));
  CHECK(ReasonOf(world.Undelete(deleted)) == "OK");
  world.accounts.retention = absl::ZeroDuration();
  Must(world.Delete(deleted).status());
  CHECK(ReasonOf(world.Undelete(deleted)) == "USER_STATE");
}

TEST_CASE("A suspended or deleted user gets no verification e-mail, and can't verify an address") {
  for (const auto& step : {&World::Suspend, &World::Delete}) {
    World world;
    const User ada = world.Ada();
    const std::string token = world.Outbox().at(0).variables.at("token");
    Must((world.*step)(ada, "").status());
    world.NewEvents();
    CHECK(ReasonOf(world.Resend("ada@example.com")) == "OK");
    CHECK(ReasonOf(world.Verify(token)) == "USER_STATE");
    CHECK(world.NewEvents().empty());
    // The verification e-mail that was queued before is still sent.
    CHECK(world.Queued() == Fields{"verify_email"});
  }
}

TEST_CASE("A user can verify the address with an earlier token after reinstatement") {
  World world;
  const User ada = world.Ada();
  const std::string token = world.Outbox().at(0).variables.at("token");
  Must(world.Suspend(ada).status());
  Must(world.Reinstate(ada).status());
  CHECK(ReasonOf(world.Verify(token)) == "OK");
}

TEST_CASE("A deleted user keeps the e-mail address") {
  World world;
  const User deleted = Must(world.Delete(world.Ada()));
  CHECK(ReasonOf(world.Register(Registration("ADA@example.com"))) == "EMAIL_TAKEN");
  CHECK(Must(GetUserByEmail(world.store).Handle(world.context, "ada@example.com")).fields() ==
        deleted.fields());
}

TEST_CASE("ListUsers follows the transitions of a user") {
  World world;
  const User ada = world.Ada();
  const PageTokens tokens(Sha256("key"));
  const auto count = [&](std::vector<UserState> states) {
    ListUsersQuery query;
    query.states = std::move(states);
    return Must(ListUsers(world.store, tokens).Handle(world.context, query)).users.size();
  };
  Must(world.Suspend(ada).status());
  CHECK(count({UserState::kActive}) == 0);
  CHECK(count({UserState::kSuspended}) == 1);
  CHECK(count({}) == 1);
  Must(world.Delete(ada).status());
  CHECK(count({}) == 0);
  CHECK(count({UserState::kDeleted}) == 1);
  Must(world.Undelete(ada).status());
  CHECK(count({UserState::kDeleted}) == 0);
  CHECK(count({UserState::kSuspended}) == 1);
}

TEST_CASE("A user is DELETED after a concurrent SuspendUser and DeleteUser") {
  for (int round = 0; round < 20; ++round) {
    World world;
    const User ada = world.Ada();
    std::string suspended;
    std::string deleted;
    std::thread suspend([&] { suspended = ReasonOf(world.Suspend(ada)); });
    std::thread remove([&] { deleted = ReasonOf(world.Delete(ada)); });
    suspend.join();
    remove.join();
    CHECK(deleted == "OK");
    CHECK((suspended == "OK" || suspended == "USER_STATE"));
    const User user = world.Load(ada->id);
    CHECK(user->state == UserState::kDeleted);
    CHECK(user->suspend_time.has_value() == (suspended == "OK"));
  }
}

}  // namespace
}  // namespace keelson
