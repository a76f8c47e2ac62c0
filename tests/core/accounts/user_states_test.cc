// Tests the state machine of User.
#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "core/accounts/user.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

constexpr absl::Duration kRetention = absl::Hours(24);
constexpr UserState kUserStates[] = {UserState::kActive, UserState::kSuspended, UserState::kDeleted,
                                     UserState::kErased};

struct UserTransition {
  std::string_view name;
  UserState to;
  std::set<UserState> from;
  std::string_view expected;
  std::function<absl::Status(User&, absl::Time)> take;
};

const UserTransition kUserTransitions[] = {
    {"suspend",
     UserState::kSuspended,
     {UserState::kActive},
     "ACTIVE",
     [](User& user, absl::Time now) { return user.Suspend(now); }},
    {"reinstate",
     UserState::kActive,
     {UserState::kSuspended},
     "SUSPENDED",
     [](User& user, absl::Time now) { return user.Reinstate(now); }},
    {"delete",
     UserState::kDeleted,
     {UserState::kActive, UserState::kSuspended},
     "ACTIVE or SUSPENDED",
     [](User& user, absl::Time now) { return user.Delete(now, kRetention); }},
    {"undelete",
     UserState::kActive,
     {UserState::kDeleted},
     "DELETED",
     [](User& user, absl::Time now) { return user.Undelete(now); }},
    {"erase",
     UserState::kErased,
     {UserState::kActive, UserState::kSuspended, UserState::kDeleted},
     "ACTIVE or SUSPENDED or DELETED",
     [](User& user, absl::Time now) { return user.Erase(now); }},
};

User UserIn(UserState state) {
  const absl::Time before = FakeClock().Now() - absl::Hours(1);
  UserFields fields;
  fields.id = UserId(Uuid{1});
  fields.email = fields.email_key = "ada@example.com";
  fields.display_name = "Ada";
  fields.locale = "de";
  fields.labels = {{"plan", "free"}};
  fields.state = state;
  if (state == UserState::kSuspended) fields.suspend_time = before;
  if (state == UserState::kDeleted) {
    fields.delete_time = before;
    fields.purge_time = before + kRetention;
  }
  fields.version = 3;
  return User(fields);
}

TEST_CASE("Each allowed transition of a user sets the state and update_time, and increments the version") {
  const absl::Time now = FakeClock().Now();
  for (const UserTransition& transition : kUserTransitions) {
    for (const UserState from : transition.from) {
      CAPTURE(transition.name, UserStateName(from));
      User user = UserIn(from);
      CHECK(ReasonOf(transition.take(user, now)) == "OK");
      CHECK(user->state == transition.to);
      CHECK(user->update_time == now);
      CHECK(user->version == 4);
    }
  }
}

TEST_CASE("The error for a disallowed transition names both states, and the user is unchanged") {
  for (const UserTransition& transition : kUserTransitions) {
    for (const UserState from : kUserStates) {
      if (transition.from.contains(from)) continue;
      CAPTURE(transition.name, UserStateName(from));
      User user = UserIn(from);
      const absl::Status status = transition.take(user, FakeClock().Now());
      CHECK(ReasonOf(status) == "USER_STATE");
      CHECK(Fact(status, "state") == UserStateName(from));
      CHECK(Fact(status, "expected") == transition.expected);
      CHECK(user.fields() == UserIn(from).fields());
    }
  }
}

TEST_CASE("suspend_time is set from the suspension to the reinstatement") {
  const absl::Time now = FakeClock().Now();
  User user = UserIn(UserState::kActive);
  Must(user.Suspend(now));
  CHECK(user->suspend_time == now);
  Must(user.Reinstate(now + absl::Hours(1)));
  CHECK_FALSE(user->suspend_time.has_value());
}

TEST_CASE("Deletion sets delete_time and purge_time, and Undelete clears both times") {
  const absl::Time now = FakeClock().Now();
  User user = UserIn(UserState::kActive);
  Must(user.Delete(now, kRetention));
  CHECK(user->delete_time == now);
  CHECK(user->purge_time == now + kRetention);
  CHECK_FALSE(user.can_order());
  Must(user.Undelete(now));
  CHECK_FALSE(user->delete_time.has_value());
  CHECK_FALSE(user->purge_time.has_value());
  CHECK(user.can_order());
}

TEST_CASE("Undelete restores the state before the deletion") {
  const absl::Time now = FakeClock().Now();
  for (const UserState before : {UserState::kActive, UserState::kSuspended}) {
    User user = UserIn(before);
    Must(user.Delete(now, kRetention));
    Must(user.Undelete(now));
    CHECK(user->state == before);
    CHECK(user->suspend_time == UserIn(before)->suspend_time);
  }
}

TEST_CASE("Undelete succeeds until purge_time, and fails from purge_time on") {
  const absl::Time now = FakeClock().Now();
  User user = UserIn(UserState::kActive);
  Must(user.Delete(now, kRetention));
  const UserFields deleted = user.fields();
  for (const absl::Duration late : {absl::ZeroDuration(), absl::Hours(1)}) {
    const absl::Status status = user.Undelete(now + kRetention + late);
    CHECK(ReasonOf(status) == "USER_STATE");
    CHECK(Fact(status, "state") == "DELETED");
    CHECK(Fact(status, "expected") == "DELETED before purge_time");
    CHECK(user.fields() == deleted);
  }
  CHECK(ReasonOf(user.Undelete(now + kRetention - absl::Microseconds(1))) == "OK");
}

TEST_CASE("A profile update changes the fields that are set, and returns the names of the changed fields") {
  const absl::Time now = FakeClock().Now();
  using Names = std::vector<std::string_view>;
  User user = UserIn(UserState::kSuspended);
  CHECK(Must(user.UpdateProfile({.display_name = "Ada L.", .locale = "de", .labels = {}}, now)) ==
        Names{"display_name"});
  CHECK(user->display_name == "Ada L.");
  CHECK(user->labels == Labels{{"plan", "free"}});
  CHECK(user->update_time == now);
  CHECK(user->version == 4);
  CHECK(Must(user.UpdateProfile({.display_name = {}, .locale = "fr", .labels = Labels()}, now)) ==
        Names{"locale", "labels"});
  CHECK(user->locale == "fr");
  CHECK(user->labels.empty());
  CHECK(user->version == 5);
}

TEST_CASE("A profile update without a new value changes nothing") {
  for (const ProfileUpdate& update :
       {ProfileUpdate{}, ProfileUpdate{"Ada", "de", Labels{{"plan", "free"}}}}) {
    User user = UserIn(UserState::kActive);
    CHECK(Must(user.UpdateProfile(update, FakeClock().Now())).empty());
    CHECK(user.fields() == UserIn(UserState::kActive).fields());
  }
}

TEST_CASE("The profile of a DELETED or ERASED user can't be updated") {
  for (const UserState state : {UserState::kDeleted, UserState::kErased}) {
    User user = UserIn(state);
    const auto result = user.UpdateProfile({"Eve", {}, {}}, FakeClock().Now());
    CHECK(ReasonOf(result) == "USER_STATE");
    CHECK(Fact(result, "state") == UserStateName(state));
    CHECK(Fact(result, "expected") == "ACTIVE or SUSPENDED");
    CHECK(user.fields() == UserIn(state).fields());
  }
}

}  // namespace
}  // namespace keelson
