#include "adapters/store/postgres/engine_check.h"

#include "adapters/store/postgres/postgres_migrator.h"
#include "tests/contract/store/postgres/fixture.h"

namespace keelson {
namespace {

TEST_CASE("the engine check leaves the planner's settings as they were", "[postgres]") {
  const servers::PostgresDatabase database;
  const PgConnection::Options options{.url = database.url()};
  RealClock clock;
  REQUIRE_OK(PostgresMigrator(options, clock).Up().status());
  auto connection = PgConnection::Open(options);
  REQUIRE_OK(connection.status());
  const auto select = [&](const char* sql) {
    PgResult result;
    (*connection)->QueueOnce(sql, &result);
    (*connection)->Finish(Deadline::Never());
    return result;
  };
  constexpr char kPlannerSettings[] =
      "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name ~ "
      "'^enable_|parallel'";
  select("BEGIN READ ONLY");
  std::string before;
  select(kPlannerSettings).Read(0, before);
  CHECK(PgEngineCheck(**connection).Run().empty());
  std::string after;
  select(kPlannerSettings).Read(0, after);
  CHECK(after == before);
  select("COMMIT");
}

}  // namespace
}  // namespace keelson
