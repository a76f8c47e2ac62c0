#include <catch2/catch.hpp>

#include "app/config/changes.h"
#include "tests/app/config_fixture.h"

namespace keelson {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("equal configurations have no changes") {
  const ConfigChanges changes = CompareConfigs(Schema(BuiltInAdapters()), {}, {});
  CHECK(changes.reloaded.empty());
  CHECK(changes.after_restart.empty());
}

TEST_CASE(
    "CompareConfigs applies the changed reloadable keys, and lists the changed keys that need a restart") {
  Config loaded;
  loaded.telemetry.log_level = "debug";
  loaded.auth.clients.push_back({.name = "web", .roles = {"reader"}});
  loaded.server.listen = "127.0.0.1:1";
  loaded.server.workers = 7;
  loaded.refunds.window = absl::Hours(1);
  const ConfigChanges changes = CompareConfigs(Schema(BuiltInAdapters()), {}, loaded);
  CHECK(changes.reloaded == Names{"auth.clients", "refunds.window", "telemetry.log_level"});
  CHECK(changes.after_restart == Names{"server.listen", "server.workers"});
  CHECK(changes.config.telemetry.log_level == "debug");
  CHECK(changes.config.refunds.window == absl::Hours(1));
  CHECK(changes.config.auth.clients == loaded.auth.clients);
  CHECK(changes.config.server.listen == Config().server.listen);
  CHECK(changes.config.server.workers == Config().server.workers);
}

TEST_CASE("the changes name the key of a changed secret, and do not contain its value") {
  const Schema schema(BuiltInAdapters());
  Config loaded;
  std::get<MemberOf<std::string>>(schema.Find("email.smtp.password")->member)(loaded) = "other";
  CHECK(CompareConfigs(schema, {}, loaded).after_restart == Names{"email.smtp.password"});
}

}  // namespace
}  // namespace keelson
