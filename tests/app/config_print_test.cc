#include <catch2/catch.hpp>

#include "app/config/print.h"
#include "tests/app/config_fixture.h"

namespace keelson {
namespace {

TEST_CASE("the configuration reference is a valid configuration with the default of every key") {
  const ConfigFixture fixture;
  const auto loaded =
      fixture.Load({.file = fixture.WriteFile("test.toml", ConfigReference(fixture.schema()))});
  REQUIRE(fixture.Errors(loaded) == "");
  // The reference shows auth.clients, and the keys that inherit, as comments, and omits the keys that were
  // replaced.
  for (const Key& key : fixture.schema().keys()) {
    CAPTURE(key.name);
    const bool omitted = key.name == "auth.clients" || !key.inherits.empty() || !key.replaced_by.empty();
    CHECK(loaded->origins.contains(key.name) != omitted);
  }
  const LoadedConfig defaults{.config = loaded->config};
  CHECK(ShowConfig(fixture.schema(), defaults) == ShowConfig(fixture.schema(), *fixture.Load({})));
}

TEST_CASE("config show prints the value of a replaced key at the key that replaced it") {
  const ConfigFixture fixture;
  const auto loaded = fixture.LoadSettings({"payments.provider=sandbox"});
  REQUIRE(fixture.Errors(loaded) == "");
  const std::string shown = ShowConfig(fixture.schema(), *loaded);
  CHECK(shown.find("\nproviders = [\"sandbox\"]  # --set\n") != std::string::npos);
  CHECK(shown.find("\nprovider = ") == std::string::npos);
}

TEST_CASE("config show prints the source of each value and hides secrets") {
  const ConfigFixture fixture;
  const auto loaded = fixture.Load(
      {.file = std::nullopt,
       .environment = {{"KEELSON_EMAIL__SMTP__PASSWORD", "hunter2"}},
       .settings = {"server.drain=90s", "auth.clients=[{name='a',roles=['reader'],token_sha256='" +
                                            std::string(64, 'f') + "'}]"}});
  REQUIRE(loaded.ok());
  const std::string shown = ShowConfig(fixture.schema(), *loaded);
  CHECK(shown.find("password = \"(hidden)\"  # KEELSON_EMAIL__SMTP__PASSWORD\n") != std::string::npos);
  CHECK(shown.find("drain = \"1m30s\"  # --set\n") != std::string::npos);
  CHECK(shown.find("reflection = true  # default\n") != std::string::npos);
  CHECK(shown.find("hunter2") == std::string::npos);
  CHECK(shown.find("ffff") == std::string::npos);
}

}  // namespace
}  // namespace keelson
