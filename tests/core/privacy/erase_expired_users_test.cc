#include "core/privacy/erase_expired_users.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/sessions/end_sessions.h"
#include "tests/core/world.h"
#include "tests/support/interleaved_store.h"

namespace keelson {
namespace {

User DeletedUser(World& world, const std::string& email) {
  return Must(world.Delete(Must(world.Register(Registration(email))).value()));
}

TEST_CASE("deleted users are erased from purge_time on, in one event each") {
  World world;
  const User first = DeletedUser(world, "first@example.com");
  world.clock.Advance(absl::Hours(1));
  const User second = DeletedUser(world, "second@example.com");
  const User active = Must(world.Register(Registration())).value();
  world.clock.Advance(world.accounts.retention - absl::Hours(1) - absl::Microseconds(1));
  world.EraseExpired();
  CHECK(world.Load(first->id)->state == UserState::kDeleted);
  world.clock.Advance(absl::Microseconds(1));
  world.NewEvents();
  world.EraseExpired();
  CHECK(world.Load(first->id)->state == UserState::kErased);
  CHECK(world.Load(second->id)->state == UserState::kDeleted);
  CHECK(world.Load(active->id)->state == UserState::kActive);
  CHECK(world.NewEvents() == Fields{"user.erased"});
  const Event event = world.Events().back();
  CHECK(event.actor == "system");
  CHECK(event.user_id == first->id);
  CHECK(event.payload == R"({"reason":"the retention period has expired"})");
  world.EraseExpired();
  CHECK(world.NewEvents().empty());
}

TEST_CASE("a user who was undeleted is not erased") {
  World world;
  const User user = DeletedUser(world, "ada@example.com");
  Must(world.Undelete(user).status());
  world.clock.Advance(world.accounts.retention * 2);
  world.EraseExpired();
  CHECK(world.Load(user->id)->state == UserState::kActive);
}

TEST_CASE("a user who is undeleted or erased between the list and the lock is left as is") {
  for (const bool undeleted : {true, false}) {
    CAPTURE(undeleted);
    World world;
    const User user = DeletedUser(world, "ada@example.com");
    world.clock.Advance(world.accounts.retention);
    InterleavedStore store(world.store);
    UserFields changed = user.fields();
    store.before_next_write = [&] {
      if (!undeleted) return Must(world.Erase(user).status());
      changed.state = UserState::kActive;
      changed.delete_time.reset();
      changed.purge_time.reset();
      world.Overwrite(changed);
    };
    EndSessions end_sessions(world.sessions);
    EraseExpiredUsers erase(store, world.clock, end_sessions, world.log);
    CHECK_FALSE(Must(erase.Handle()));
    CHECK(world.Load(user->id)->state == (undeleted ? UserState::kActive : UserState::kErased));
    const std::vector<Event> events = world.Events();
    CHECK(std::count_if(events.begin(), events.end(),
                        [](const Event& e) { return e.type == "user.erased"; }) == (undeleted ? 0 : 1));
  }
}

TEST_CASE("a run erases one batch, and reports whether more users may be due") {
  World world;
  for (int i = 0; i < EraseExpiredUsers::kBatch + 1; ++i) {
    DeletedUser(world, std::to_string(i) + "@example.com");
  }
  world.clock.Advance(world.accounts.retention);
  world.NewEvents();
  EndSessions end_sessions(world.sessions);
  EraseExpiredUsers erase(world.store, world.clock, end_sessions, world.log);
  CHECK(Must(erase.Handle()));
  CHECK(world.NewEvents().size() == EraseExpiredUsers::kBatch);
  CHECK_FALSE(Must(erase.Handle()));
  CHECK(world.NewEvents().size() == 1);
}

// Fails for one user.
class FailingRevoker : public SessionRevoker {
 public:
  explicit FailingRevoker(UserId failing) : failing_(failing) {}
  absl::StatusOr<int> RevokeAll(WriteTransaction&, const CallContext&, UserId user_id, std::string_view,
                                absl::Time) override {
    if (user_id == failing_) return absl::InternalError("the row is damaged");
    return 0;
  }

 private:
  const UserId failing_;
};

TEST_CASE("a user who can't be erased is logged, delays no other user, and is tried again") {
  World world;
  const User damaged = DeletedUser(world, "damaged@example.com");
  world.clock.Advance(absl::Seconds(1));
  const User other = DeletedUser(world, "other@example.com");
  world.clock.Advance(world.accounts.retention);
  FailingRevoker revoker(damaged->id);
  EraseExpiredUsers erase(world.store, world.clock, revoker, world.log);
  for (int run = 1; run <= 2; ++run) {
    CHECK_FALSE(Must(erase.Handle()));
    CHECK(world.log.Count("user.not_erased") == run);
  }
  CHECK(world.Load(damaged->id)->state == UserState::kDeleted);
  CHECK(world.Load(damaged->id)->email == "damaged@example.com");
  CHECK(world.Load(other->id)->state == UserState::kErased);
}

}  // namespace
}  // namespace keelson
