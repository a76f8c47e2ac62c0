#include "core/accounts/update_user.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "core/common/etag.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

UpdateUserCommand UpdateOf(const User& user, std::vector<std::string> update_mask) {
  UpdateUserCommand command;
  command.id = user->id.ToString();
  command.display_name = " Ada L. ";
  command.locale = "fr";
  command.labels = {{"plan", "gold"}};
  command.update_mask = std::move(update_mask);
  return command;
}

absl::StatusOr<User> Update(World& world, const UpdateUserCommand& command) {
  return UpdateUser(world.store, world.clock).Handle(world.context, command);
}

TEST_CASE("UpdateUser updates only the fields that the mask names") {
  World world;
  const User ada = world.Ada();
  world.NewEvents();
  world.clock.Advance(absl::Minutes(1));
  UserFields expected = ada.fields();
  expected.display_name = "Ada L.";
  expected.labels = {{"plan", "gold"}};
  expected.update_time = world.clock.Now();
  ++expected.version;
  const User updated = Must(Update(world, UpdateOf(ada, {"labels", "display_name", "labels"})));
  CHECK(updated.fields() == expected);
  CHECK(world.Load(ada->id).fields() == expected);
  CHECK(Must(Update(world, UpdateOf(ada, {"locale"})))->locale == "fr");
}

TEST_CASE("The event of UpdateUser names the changed fields without values") {
  World world;
  const User ada = world.Ada();
  world.NewEvents();
  UpdateUserCommand command = UpdateOf(ada, {"labels", "locale", "display_name"});
  command.locale = ada->locale;
  Must(Update(world, command).status());
  CHECK(world.NewEvents() == Fields{"user.updated"});
  const Event event = world.Events().back();
  CHECK(event.payload == R"({"fields":"display_name,labels"})");
  CHECK(event.subject == ada->id.ToString());
  CHECK(event.user_id == ada->id);
  CHECK(event.actor == "web");
}

TEST_CASE("UpdateUser with empty values clears the name and the labels, and sets the default locale") {
  World world;
  const User ada = world.Ada();
  Must(Update(world, UpdateOf(ada, {"labels"})).status());
  UpdateUserCommand command = UpdateOf(ada, {"display_name", "locale", "labels"});
  command.display_name = command.locale = "";
  command.labels.clear();
  const User updated = Must(Update(world, command));
  CHECK(updated->display_name.empty());
  CHECK(updated->locale == "en");
  CHECK(updated->labels.empty());
}

TEST_CASE("UpdateUser rejects an empty mask and every path other than display_name, locale and labels") {
  World world;
  const User ada = world.Ada();
  world.NewEvents();
  using Paths = std::vector<std::string>;
  for (const Paths& paths : {Paths{}, Paths{""}, Paths{"*"}, Paths{"email"}, Paths{"state"}, Paths{"etag"},
                             Paths{"labels.plan"}, Paths{"displayName"}, Paths{"display_name", "id"}}) {
    CHECK(BadFields(Update(world, UpdateOf(ada, paths))) == Fields{"update_mask"});
  }
  CHECK(world.Load(ada->id).fields() == ada.fields());
  CHECK(world.NewEvents().empty());
}

TEST_CASE("UpdateUser names every invalid field at once, and ignores fields outside of the mask") {
  World world;
  UpdateUserCommand command = UpdateOf(world.Ada(), {"display_name", "locale", "labels", "email"});
  command.request_id = "\n";
  command.id = "ada";
  command.display_name = std::string(201, 'x');
  command.locale = "x";
  command.labels = {{"", "value"}};
  CHECK(BadFields(Update(world, command)) == Fields{"update_mask", "user.display_name", "user.locale",
                                                    "user.labels[\"\"]", "request_id", "user.id"});
  command = UpdateOf(world.Ada(), {"locale"});
  command.display_name = "a\nb";
  command.labels = {{"", "value"}};
  CHECK(ReasonOf(Update(world, command)) == "OK");
}

TEST_CASE("UpdateUser accepts a display name of 200 characters") {
  World world;
  UpdateUserCommand command = UpdateOf(world.Ada(), {"display_name"});
  command.display_name = std::string(200, 'x');
  CHECK(Must(Update(world, command))->display_name == command.display_name);
}

TEST_CASE("UpdateUser without a new value returns the unchanged user and records no event") {
  World world;
  const User ada = world.Ada();
  Must(Update(world, UpdateOf(ada, {"display_name", "labels"})).status());
  const User before = world.Load(ada->id);
  world.NewEvents();
  world.clock.Advance(absl::Hours(1));
  UpdateUserCommand command = UpdateOf(ada, {"display_name", "labels"});
  CHECK(Must(Update(world, command)).fields() == before.fields());
  CHECK(world.Load(ada->id).fields() == before.fields());
  CHECK(world.NewEvents().empty());
  command.etag = EtagOf(before->version - 1);
  CHECK(ReasonOf(Update(world, command)) == "ETAG_MISMATCH");
}

TEST_CASE("UpdateUser succeeds with the current etag and fails with a stale etag") {
  World world;
  const User ada = world.Ada();
  UpdateUserCommand command = UpdateOf(ada, {"locale"});
  command.etag = EtagOf(ada->version);
  const User updated = Must(Update(world, command));
  command.locale = "es";
  const auto stale = Update(world, command);
  CHECK(ReasonOf(stale) == "ETAG_MISMATCH");
  CHECK(Fact(stale, "etag") == EtagOf(updated->version));
  CHECK(world.Load(ada->id).fields() == updated.fields());
}

TEST_CASE("One of eight concurrent updates with the same etag succeeds") {
  World world;
  const User ada = world.Ada();
  world.NewEvents();
  std::atomic<int> succeeded = 0;
  std::atomic<int> stale = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      UpdateUserCommand command = UpdateOf(ada, {"display_name"});
      command.display_name = StrCat("Ada ", i);
      command.etag = EtagOf(ada->version);
      const std::string reason = ReasonOf(Update(world, command));
      succeeded += reason == "OK" ? 1 : 0;
      stale += reason == "ETAG_MISMATCH" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(succeeded == 1);
  CHECK(stale == 7);
  CHECK(world.NewEvents() == Fields{"user.updated"});
}

TEST_CASE("A repeated UpdateUser returns the first response; other content is rejected") {
  World world;
  const User ada = world.Ada();
  UpdateUserCommand command = UpdateOf(ada, {"locale"});
  command.request_id = "request-1";
  const User first = Must(Update(world, command));
  Must(Update(world, UpdateOf(ada, {"display_name"})).status());
  world.NewEvents();
  CHECK(Must(Update(world, command)).fields() == first.fields());
  for (const auto& change : std::vector<std::function<void(UpdateUserCommand&)>>{
           [](UpdateUserCommand& c) { c.locale = "es"; },
           [](UpdateUserCommand& c) { c.display_name = "Eve"; },
           [](UpdateUserCommand& c) { c.labels.clear(); }, [](UpdateUserCommand& c) { c.etag = "v1"; },
           [](UpdateUserCommand& c) { c.update_mask = {"labels"}; }}) {
    UpdateUserCommand other = command;
    change(other);
    CHECK(ReasonOf(Update(world, other)) == "REQUEST_ID_REUSED");
  }
  CHECK(world.NewEvents().empty());
}

TEST_CASE("UpdateUser updates a SUSPENDED user, and rejects a DELETED and an unknown user") {
  World world;
  const User ada = world.Ada();
  Must(world.Suspend(ada).status());
  CHECK(Must(Update(world, UpdateOf(ada, {"locale"})))->state == UserState::kSuspended);
  Must(world.Delete(ada).status());
  CHECK(ReasonOf(Update(world, UpdateOf(ada, {"labels"}))) == "USER_STATE");
  UpdateUserCommand unknown = UpdateOf(ada, {"labels"});
  unknown.id = "user_01h455vb4pex5vsknk084sn02q";
  CHECK(ReasonOf(Update(world, unknown)) == "USER_NOT_FOUND");
}

}  // namespace
}  // namespace keelson
