#include "core/store/purge_expired.h"

#include <catch2/catch.hpp>

#include "core/store/idempotency.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

CreateOrderCommand Basket(World& world) {
  CreateOrderCommand command;
  command.request_id = "request-1";
  command.user_id = world.Ada()->id.ToString();
  command.lines = {LineOf(1, 100)};
  return command;
}

TEST_CASE("An idempotency record is kept for its retention and purged afterwards") {
  World world;
  PurgeExpired purge(world.store, world.clock, absl::Hours(720));
  const Order first = Must(world.Create(Basket(world)));
  world.clock.Advance(kIdempotencyRetention);
  CHECK_FALSE(Must(purge.Handle()));
  CHECK(Must(world.Create(Basket(world)))->id == first->id);
  world.clock.Advance(absl::Microseconds(1));
  CHECK_FALSE(Must(purge.Handle()));
  CHECK(Must(world.Create(Basket(world)))->id != first->id);
}

TEST_CASE("A purge deletes one batch and returns whether more rows may remain") {
  World world;
  PurgeExpired purge(world.store, world.clock, absl::Hours(720));
  // Each call starts two cooldowns.
  for (int i = 0; i <= PurgeExpired::kBatch / 2; ++i) Must(world.Resend(StrCat("nobody", i, "@example.com")));
  CHECK_FALSE(Must(purge.Handle()));
  world.clock.Advance(world.accounts.resend_cooldown + absl::Microseconds(1));
  CHECK(Must(purge.Handle()));
  CHECK_FALSE(Must(purge.Handle()));
}

}  // namespace
}  // namespace keelson
