#include "core/accounts/batch_get_users.h"

#include "tests/core/world.h"

namespace keelson {
namespace {

std::vector<std::string> IdsOf(const UserBatch& batch) {
  std::vector<std::string> ids;
  for (const User& user : batch.users) ids.push_back(user->id.ToString());
  return ids;
}

TEST_CASE("BatchGetUsers returns users in request order, repeats included, and unknown ids in missing_ids") {
  World world;
  const std::string ada = world.Ada()->id.ToString();
  const std::string bob = Must(world.Register(Registration("bob@example.com")))->fields().id.ToString();
  const std::string unknown = world.ids.Next<UserKind>().ToString();
  const std::string other = world.ids.Next<UserKind>().ToString();
  const UserBatch batch =
      Must(BatchGetUsers(world.store).Handle(world.context, {other, bob, ada, unknown, bob, other}));
  CHECK(IdsOf(batch) == std::vector<std::string>{bob, ada, bob});
  CHECK(batch.missing_ids == std::vector<std::string>{other, unknown, other});
  CHECK(batch.users[1].fields() == world.Load(world.Ada()->id).fields());
}

TEST_CASE("BatchGetUsers accepts 1 to 1000 ids and reports each invalid id") {
  World world;
  BatchGetUsers get(world.store);
  const std::string ada = world.Ada()->id.ToString();
  CHECK(BadFields(get.Handle(world.context, {})) == Fields{"ids"});
  CHECK(Must(get.Handle(world.context, std::vector(1000, ada))).users.size() == 1000);
  CHECK(BadFields(get.Handle(world.context, std::vector(1001, ada))) == Fields{"ids"});
  CHECK(BadFields(get.Handle(world.context, {"", ada, ada, "order" + ada.substr(4)})) ==
        Fields{"ids[0]", "ids[3]"});
}

}  // namespace
}  // namespace keelson
