#include <catch2/catch.hpp>
#include <thread>

#include "core/accounts/get_user.h"
#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

struct ConcealingWorld : World {
  ConcealingWorld() { accounts.conceal_existing_email = true; }

  void EndCooldown() { clock.Advance(accounts.resend_cooldown); }
};

TEST_CASE(
    "With conceal_existing_email, a new and an existing address get the same response after the same work") {
  ConcealingWorld world;
  const auto fresh = world.Register(Registration());
  REQUIRE(fresh.ok());
  CHECK_FALSE(fresh->has_value());
  CHECK(world.hasher.hashes == 1);
  CHECK(world.NewEvents() == Fields{"user.registered", "message.queued"});

  world.EndCooldown();
  const auto held = world.Register(Registration("ADA@example.com"));
  REQUIRE(held.ok());
  CHECK_FALSE(held->has_value());
  CHECK(world.hasher.hashes == 2);
  CHECK(world.NewEvents() == Fields{"message.queued"});
  CHECK(world.Queued() == Fields{"verify_email", "account_exists"});
}

TEST_CASE(
    "With conceal_existing_email, the e-mail to the owner uses the owner's stored address, locale and name") {
  ConcealingWorld world;
  Must(world.Register(Registration("Ada@example.com")).status());
  world.EndCooldown();
  RegisterUserCommand stranger = Registration("ada@example.com");
  stranger.display_name = "Win a prize at evil.example";
  stranger.locale = "fr";
  Must(world.Register(stranger).status());
  const Message email = world.Outbox().at(1);
  CHECK(email.template_name == "account_exists");
  CHECK(email.to == "Ada@example.com");
  CHECK(email.locale == "de");
  CHECK(email.variables == TemplateVariables{{"display_name", "Ada"}});
}

TEST_CASE(
    "With conceal_existing_email, a hundred registrations of one address send one e-mail per cooldown") {
  ConcealingWorld world;
  Fields expected = {"verify_email"};
  for (int cooldown = 0; cooldown < 3; ++cooldown) {
    for (int i = 0; i < 100; ++i) {
      Must(world.Register(Registration(i % 2 == 0 ? "ada@example.com" : "ADA@EXAMPLE.com")).status());
    }
    CHECK(world.Queued() == expected);
    world.EndCooldown();
    expected.push_back("account_exists");
  }
}

TEST_CASE("With conceal_existing_email, the owner of a SUSPENDED or DELETED account is notified, too") {
  ConcealingWorld world;
  Must(world.Register(Registration()).status());
  const auto find = [&] {
    return Must(GetUserByEmail(world.store).Handle(world.context, "ada@example.com"));
  };
  Must(world.Suspend(find()).status());
  world.EndCooldown();
  Must(world.Register(Registration()).status());
  Must(world.Delete(find()).status());
  world.EndCooldown();
  Must(world.Register(Registration()).status());
  CHECK(world.Queued() == Fields{"verify_email", "account_exists", "account_exists"});
  CHECK(find()->state == UserState::kDeleted);
}

TEST_CASE("With conceal_existing_email, a registration leaves the password of a taken address unchanged") {
  ConcealingWorld world;
  Must(world.Register(Registration()).status());
  RegisterUserCommand stranger = Registration();
  stranger.password = Secret(std::string("a stranger's password"));
  stranger.display_name = "Stranger";
  world.EndCooldown();
  Must(world.Register(stranger).status());
  const User user = Must(GetUserByEmail(world.store).Handle(world.context, "ada@example.com"));
  CHECK(user->display_name == "Ada");
  std::optional<std::string> hash;
  Must(world.store.Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(hash, tx.users().FindPasswordHash(user->id));
    return absl::OkStatus();
  }));
  CHECK(Must(world.hasher.Verify(Secret(std::string(kPassword)), hash.value(), Deadline::Never())));
}

TEST_CASE("With conceal_existing_email, parallel registrations of a free address all succeed") {
  ConcealingWorld world;
  std::vector<std::string> outcomes(20);
  std::vector<std::jthread> threads;
  for (std::string& outcome : outcomes) {
    threads.emplace_back([&] { outcome = ReasonOf(world.Register(Registration())); });
  }
  threads.clear();
  CHECK(outcomes == std::vector<std::string>(20, "OK"));
  CHECK(world.Queued() == Fields{"verify_email"});
}

TEST_CASE("With conceal_existing_email, invalid fields are still reported") {
  ConcealingWorld world;
  CHECK(BadFields(world.Register(Registration("nobody"))) == Fields{"email"});
}

TEST_CASE(
    "With conceal_existing_email, a repeated call returns the same response and sends no second e-mail") {
  ConcealingWorld world;
  Must(world.Register(Registration("ada@example.com", "request-1")).status());
  world.EndCooldown();
  const auto again = world.Register(Registration("ada@example.com", "request-1"));
  REQUIRE(again.ok());
  CHECK_FALSE(again->has_value());
  CHECK(world.hasher.hashes == 1);
  CHECK(world.Queued() == Fields{"verify_email"});
}

TEST_CASE(
    "With conceal_existing_email, a request id is bound to its content for a new and an existing address") {
  ConcealingWorld world;
  for (const std::string request_id : {"new address", "existing address"}) {
    Must(world.Register(Registration("ada@example.com", request_id)).status());
    RegisterUserCommand other = Registration("ada@example.com", request_id);
    other.locale = "fr";
    CHECK(ReasonOf(world.Register(other)) == "REQUEST_ID_REUSED");
    world.EndCooldown();
    CHECK(ReasonOf(world.Register(Registration("ada@example.com", request_id))) == "OK");
  }
  CHECK(world.Queued() == Fields{"verify_email", "account_exists"});
}

}  // namespace
}  // namespace keelson
