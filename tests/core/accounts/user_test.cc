#include "core/accounts/user.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_clock.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

UserFields Ada(UserState state) {
  UserFields fields;
  fields.id = UserId(Uuid{1});
  fields.email = "Ada@example.com";
  fields.email_key = "ada@example.com";
  fields.state = state;
  return fields;
}

TEST_CASE("A new user is ACTIVE, and has an unverified address and version 1") {
  const absl::Time now = FakeClock().Now();
  const User user = User::Register(UserId(Uuid{1}), Must(EmailAddress::Parse("Ada@Example.com")), "Ada", "de",
                                   {{"plan", "free"}}, now);
  CHECK(user->email == "Ada@Example.com");
  CHECK(user->email_key == "ada@example.com");
  CHECK(user->display_name == "Ada");
  CHECK(user->locale == "de");
  CHECK(user->labels == Labels{{"plan", "free"}});
  CHECK(user->state == UserState::kActive);
  CHECK_FALSE(user->email_verify_time.has_value());
  CHECK(user->create_time == now);
  CHECK(user->update_time == now);
  CHECK(user->version == 1);
  CHECK(user.can_order());
}

TEST_CASE("Verifying an address sets email_verify_time and increments the version") {
  User user(Ada(UserState::kActive));
  const absl::Time now = FakeClock().Now();
  REQUIRE(user.VerifyEmail(now).ok());
  CHECK(user->email_verify_time == now);
  CHECK(user->update_time == now);
  CHECK(user->version == 2);
}

TEST_CASE("Only an ACTIVE user can verify an address and create orders") {
  for (const UserState state : {UserState::kSuspended, UserState::kDeleted, UserState::kErased}) {
    User user(Ada(state));
    CAPTURE(UserStateName(state));
    CHECK_FALSE(user.can_order());
    const absl::Status status = user.VerifyEmail(FakeClock().Now());
    CHECK(ReasonOf(status) == "USER_STATE");
    CHECK(Fact(status, "state") == UserStateName(state));
    CHECK(Fact(status, "expected") == "ACTIVE");
    CHECK(user.fields() == Ada(state));
  }
}

}  // namespace
}  // namespace keelson
