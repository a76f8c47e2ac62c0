#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <variant>

#include "app/config/notation.h"
#include "tests/app/config_fixture.h"

namespace keelson {
namespace {

TEST_CASE("every key has a unique name, a unique environment variable and a description") {
  std::set<std::string> names, variables;
  const Schema schema(BuiltInAdapters());
  for (const Key& key : schema.keys()) {
    INFO(key.name);
    CHECK(names.insert(key.name).second);
    CHECK(variables.insert(EnvironmentName(key)).second);
    CHECK_FALSE(key.description.empty());
    CHECK(key.min.empty() == key.max.empty());
  }
}

TEST_CASE("the keys of one section are adjacent in the schema") {
  std::set<std::string_view> seen;
  std::string_view current;
  const Schema schema(BuiltInAdapters());
  for (const Key& key : schema.keys()) {
    if (key.section() == current) continue;
    current = key.section();
    INFO(current);
    CHECK(seen.insert(current).second);
  }
}

TEST_CASE("every key with bounds accepts its default and rejects a malformed value") {
  const ConfigFixture fixture;
  for (const Key& key : fixture.schema().keys()) {
    if (key.min.empty()) continue;
    INFO(key.name);
    CHECK(fixture.Errors(fixture.LoadSettings({key.name + "=" + std::string(key.min) + "x"})) != "");
    const std::string value = fixture.Value({}, key.name);
    const std::string errors = fixture.Errors(fixture.LoadSettings({key.name + "=" + value}));
    CHECK(errors == "");
  }
}

TEST_CASE("EnvironmentName joins the sections of a key by two underscores") {
  const Schema schema(BuiltInAdapters());
  CHECK(EnvironmentName(*schema.Find("store.sqlite.group_commit")) == "KEELSON_STORE__SQLITE__GROUP_COMMIT");
}

}  // namespace
}  // namespace keelson
