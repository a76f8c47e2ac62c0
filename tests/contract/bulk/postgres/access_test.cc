#include "adapters/store/postgres/postgres_migrator.h"
#include "core/store/store.h"
#include "tests/contract/bulk/postgres/fixture.h"
#include "tests/contract/store/samples.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

void CheckUnavailable(PostgresBulkFixture& fixture, const absl::Status& status, const std::string& cause) {
  CHECK(HasReason(status, Reason::kStoreUnavailable));
  CHECK_THAT(std::string(status.message()), Contains(fixture.database().name()) && Contains(cause));
}

absl::Status OpenReader(PostgresBulkFixture& fixture, BulkAccess access) {
  return PostgresBulk::OpenReader(fixture.options(), access, fixture.clock(), kShortWaits).status();
}

absl::Status OpenTarget(PostgresBulkFixture& fixture) {
  return PostgresBulk::OpenTarget(fixture.options(), fixture.clock(), kShortWaits).status();
}

// Checks that an exclusive export and an import both fail.
void CheckInUse(PostgresBulkFixture& fixture) {
  CheckUnavailable(fixture, OpenReader(fixture, BulkAccess::kExclusive), "in use by another process");
  CheckUnavailable(fixture, OpenTarget(fixture), "in use by another process");
}

TEMPLATE_TEST_CASE(
    "while a service uses the database, shared exports succeed, but exclusive exports and imports fail",
    "[postgres]", PostgresBulkFixture, PgBouncerBulkFixture) {
  TestType fixture;
  fixture.Serve([&](Store&) {
    CHECK(OpenReader(fixture, BulkAccess::kShared).ok());
    CheckInUse(fixture);
  });
  CHECK(OpenReader(fixture, BulkAccess::kExclusive).ok());
}

TEMPLATE_TEST_CASE("during an exclusive export or an import, no other exclusive export or import can start",
                   "[postgres]", PostgresBulkFixture, PgBouncerBulkFixture) {
  TestType fixture;
  SECTION("an exclusive export") {
    const std::unique_ptr<StoreExporter> reader = fixture.ExclusiveReader();
    CheckInUse(fixture);
  }
  SECTION("an import") {
    const std::unique_ptr<StoreImporter> target = fixture.Target();
    CheckInUse(fixture);
  }
}

TEST_CASE("an exclusive export blocks writes, and fails while a write transaction is open", "[postgres]") {
  PostgresBulkFixture fixture;
  const servers::PostgresSession other = fixture.database().Connect();
  other.Execute("SET lock_timeout = '100ms'");
  const std::string write = "INSERT INTO settings (name, value) VALUES ('a', '')";
  {
    const std::unique_ptr<StoreExporter> reader = fixture.ExclusiveReader();
    CHECK_THROWS_WITH(other.Execute(write), Contains("lock timeout"));
    CHECK(other.Value("SELECT count(*) FROM settings") == "0");
  }
  other.Execute("BEGIN; " + write);
  CheckUnavailable(fixture, OpenReader(fixture, BulkAccess::kExclusive), "in use by another process");
}

TEST_CASE("an export rejects an older or newer schema, and an import rejects a newer schema", "[postgres]") {
  PostgresBulkFixture fixture;
  const servers::PostgresSession other = fixture.database().Connect();
  SECTION("older schema") {
    Must(PostgresMigrator(fixture.options(), fixture.clock()).Down());
    CheckUnavailable(fixture, OpenReader(fixture, BulkAccess::kShared), "keelson migrate up");
  }
  SECTION("newer schema") {
    other.Execute("INSERT INTO schema_migrations VALUES (999, 'future', 'x', now())");
    CheckUnavailable(fixture, OpenReader(fixture, BulkAccess::kShared), "newer schema");
    CheckUnavailable(fixture, OpenTarget(fixture), "newer schema");
  }
}

TEST_CASE("unnumbered events are exported with numbers, and stay unnumbered in the database", "[postgres]") {
  PostgresBulkFixture fixture;
  Event first = SampleEvent("a");
  first.sequence = 1;
  first.hash = ChainedHash({}, first);
  {
    const std::unique_ptr<StoreImporter> target = fixture.Target();
    Must(target->Insert(std::vector<Event>{first}, "checkpoint"));
    Must(target->Finish());
  }
  const servers::PostgresSession other = fixture.database().Connect();
  for (const char* subject : {"b", "c"}) {
    other.Query(std::string("INSERT INTO event_inbox (type, subject, user_id, actor, correlation_id, "
                            "create_time, payload) VALUES ('t', '") +
                subject + "', gen_random_uuid(), 'a', 'c', now(), '{}')");
  }
  const std::unique_ptr<StoreExporter> reader = fixture.Reader();
  CHECK(Must(reader->Count(RowKind::kEvents)) == 3);
  const auto events = std::get<std::vector<Event>>(ReadAll(*reader, RowKind::kEvents));
  REQUIRE(events.size() == 3);
  CHECK(IsWholeChain(events));
  CHECK(events[2].subject == "c");
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string after = i == 0 ? "" : KeyOf(events[i - 1]);
    CHECK((Must(reader->Read(RowKind::kEvents, after, 1)) == RowBatch(std::vector<Event>{events[i]})));
  }
  CHECK(other.Value("SELECT count(*) FROM event_inbox") == "2");
}

TEST_CASE("an imported database has all foreign keys, also after interrupted imports", "[postgres]") {
  PostgresBulkFixture fixture;
  const servers::PostgresSession other = fixture.database().Connect();
  const auto constraints = [&] {
    return other.Query(
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 3");
  };
  const auto declared = constraints();
  CHECK(declared.size() > 40);
  const std::vector<RowBatch> batches = SampleBatches(2);
  InsertAll(*fixture.Target(), {batches.begin(), batches.begin() + 3});
  // A foreign key that a newer version of the schema might add.
  other.Execute("ALTER TABLE credentials ADD CONSTRAINT newer FOREIGN KEY (user_id) REFERENCES users (id)");
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  InsertAll(*target, {batches.begin() + 3, batches.end()});
  CHECK(constraints().size() < declared.size());
  Must(target->Finish());
  other.Execute("ALTER TABLE credentials DROP CONSTRAINT newer");
  CHECK(constraints() == declared);
  CHECK(other.Value("SELECT count(*) FROM settings WHERE name LIKE 'transfer%'") == "0");
}

TEST_CASE("an import fails after the lock timeout while another session holds a lock on a table",
          "[postgres]") {
  PostgresBulkFixture fixture;
  const servers::PostgresSession other = fixture.database().Connect();
  const RowBatch users = SampleBatches(1)[0];
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  other.Execute("BEGIN; SELECT FROM users");
  CheckUnavailable(fixture, target->Insert(users, "checkpoint"), "in use by another process");
  other.Execute("COMMIT");
  Must(target->Insert(users, "checkpoint"));
}

TEST_CASE("an import keeps the foreign keys of tables of other applications", "[postgres]") {
  PostgresBulkFixture fixture;
  const servers::PostgresSession other = fixture.database().Connect();
  other.Execute("CREATE TABLE notes (user_id uuid REFERENCES users (id))");
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  Must(target->Insert(SampleBatches(1)[0], "checkpoint"));
  CHECK_THROWS_WITH(other.Execute("INSERT INTO notes VALUES (gen_random_uuid())"),
                    Contains("notes_user_id_fkey"));
  Must(target->Finish());
}

TEST_CASE("a database with default_transaction_read_only = on can be exported", "[postgres]") {
  PostgresBulkFixture fixture;
  InsertAll(*fixture.Target(), SampleBatches(2));
  const servers::PostgresSession other = fixture.database().Connect();
  other.Execute("ALTER DATABASE " + fixture.database().name() + " SET default_transaction_read_only = on");
  PgConnection::Options options = fixture.options();
  options.url += "?target_session_attrs=any";
  const auto reader = Must(PostgresBulk::OpenReader(options, BulkAccess::kShared, fixture.clock()));
  CHECK(Must(reader->Count(RowKind::kOrders)) == 2);
}

TEST_CASE("an import rolls back a batch if the server ends the session", "[postgres]") {
  PostgresBulkFixture fixture;
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  const std::vector<RowBatch> batches = SampleBatches(10);
  Must(target->Insert(batches[0], "before"));
  fixture.database().server().EndSessions(fixture.database().name());
  CheckUnavailable(fixture, target->Insert(batches[1], "after"), "");
  CHECK(Must(fixture.Reader()->Count(KindOf(batches[1]))) == 0);
}

}  // namespace
}  // namespace keelson
