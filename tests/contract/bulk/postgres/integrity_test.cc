// Tests PgEngineCheck with a role that has no special privileges.
#include "core/common/strings.h"
#include "tests/contract/bulk/postgres/fixture.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

std::string FaultsOf(PostgresBulkFixture& fixture) {
  std::string text;
  for (const EngineFault& fault : Must(fixture.Reader()->CheckEngine())) {
    text += StrCat(fault.object, ": ", fault.description, "\n");
  }
  return text;
}

// Executes a change with the index disabled, so that the index is not updated.
void BypassIndex(const servers::PostgresDatabase& database, const std::string& index,
                 const std::string& change) {
  const auto set = [&](const char* ready) {
    database.Connect().Execute(
        StrCat("UPDATE pg_index SET indisready = ", ready, " WHERE indexrelid = '", index, "'::regclass"));
  };
  set("false");
  database.Connect().Execute(change);
  set("true");
}

constexpr char kInsertCooldown[] = "INSERT INTO cooldowns VALUES (gen_random_uuid(), now())";

TEMPLATE_TEST_CASE("the engine check passes for an intact database and reports a missing index entry",
                   "[postgres]", PostgresBulkFixture, PgBouncerBulkFixture) {
  TestType fixture;
  InsertAll(*fixture.Target(), SampleBatches(50));
  CHECK(FaultsOf(fixture) == "");
  BypassIndex(fixture.database(), "cooldowns_by_until_time", kInsertCooldown);
  CHECK(FaultsOf(fixture) ==
        "cooldowns_by_until_time: an index scan returns 50 rows, a sequential scan of cooldowns 51\n");
}

TEST_CASE("the engine check reports each index whose entries do not match the rows of the table",
          "[postgres]") {
  PostgresBulkFixture fixture;
  InsertAll(*fixture.Target(), SampleBatches(3));
  const servers::PostgresSession other = fixture.database().Connect();
  // Skips partial indexes, because they may lack the sample rows.
  const auto indexes = other.Query(
      "SELECT indexrelid::regclass, indrelid::regclass, (SELECT string_agg(quote_ident(attname), ', ') FROM "
      "pg_attribute WHERE attrelid = indrelid AND attnum > 0 AND attidentity = '') FROM pg_index "
      "WHERE indrelid::regclass::text IN ('users', 'sessions', 'email_tokens', 'sign_in_throttles', "
      "'orders', "
      "'order_lines', 'refunds', 'messages', 'idempotency', 'events', 'settings') AND indpred IS NULL");
  CHECK(indexes.size() > 20);
  for (const auto& index : indexes) {
    CAPTURE(index[0]);
    // Deletes all rows and inserts them again without updating the index.
    BypassIndex(
        fixture.database(), index[0],
        StrCat(
            "BEGIN; SET session_replication_role = replica; CREATE TEMP TABLE moved ON COMMIT DROP AS TABLE ",
            index[1], "; DELETE FROM ", index[1], "; INSERT INTO ", index[1], " (", index[2], ") SELECT ",
            index[2], " FROM moved; COMMIT"));
    CHECK_THAT(FaultsOf(fixture), Contains(StrCat(index[0], ": an index scan returns 0 rows")));
    other.Execute(StrCat("REINDEX INDEX ", index[0]));
  }
  CHECK(FaultsOf(fixture) == "");
}

TEST_CASE("the engine check reports a table of labels that differs from the labels of the rows",
          "[postgres]") {
  PostgresBulkFixture fixture;
  InsertAll(*fixture.Target(), SampleBatches(2));
  CHECK(FaultsOf(fixture) == "");
  fixture.database().Connect().Execute(
      "UPDATE order_labels SET value = 'app' WHERE id = (SELECT id FROM orders ORDER BY id LIMIT 1); "
      "DELETE FROM refund_labels WHERE key = 'desk'");
  CHECK(FaultsOf(fixture) ==
        "order_labels: 1 entries are not a label of a row, 1 labels of rows have no entry\n"
        "refund_labels: 0 entries are not a label of a row, 2 labels of rows have no entry\n");
  fixture.database().Connect().Execute("UPDATE orders SET labels = '{}'; UPDATE refunds SET labels = '{}'");
  CHECK(FaultsOf(fixture) ==
        "order_labels: 1 entries are not a label of a row, 0 labels of rows have no entry\n");
}

TEST_CASE("the engine check reports missing, altered and invalid indexes", "[postgres]") {
  PostgresBulkFixture fixture;
  const servers::PostgresSession other = fixture.database().Connect();
  other.Execute("DROP INDEX users_by_email_key");
  CHECK(FaultsOf(fixture) == "users_by_email_key: missing, although its migration is applied\n");
  other.Execute("CREATE INDEX users_by_email_key ON users (email_key)");
  CHECK(FaultsOf(fixture) == "users_by_email_key: differs from its migration\n");
  other.Execute(
      "DROP INDEX users_by_email_key; CREATE UNIQUE INDEX users_by_email_key ON users (email_key) WHERE "
      "state <> 4; "
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_by_email_key'::regclass");
  CHECK_THAT(FaultsOf(fixture), Contains("users_by_email_key: invalid: rebuild"));
  other.Execute("REINDEX INDEX users_by_email_key; ALTER TABLE cooldowns DROP CONSTRAINT cooldowns_pkey");
  CHECK(FaultsOf(fixture) == "cooldowns: no primary key\n");
}

TEST_CASE("the engine check accepts additional tables and indexes", "[postgres]") {
  PostgresBulkFixture fixture;
  InsertAll(*fixture.Target(), SampleBatches(3));
  fixture.database().Connect().Execute(
      "CREATE INDEX mine ON orders (reference DESC, total); CREATE INDEX hashed ON users USING hash (email); "
      "CREATE INDEX lowered ON users (lower(email)); CREATE INDEX \"Quoted\" ON users (locale); "
      "CREATE TABLE notes (text text)");
  CHECK(FaultsOf(fixture) == "");
}

TEST_CASE("the engine check reports a constraint that is not validated", "[postgres]") {
  PostgresBulkFixture fixture;
  fixture.database().Connect().Execute("ALTER TABLE users ADD CONSTRAINT mine CHECK (version < 9) NOT VALID");
  CHECK(FaultsOf(fixture) == "users: constraint mine is not validated\n");
}

TEST_CASE("the engine check also runs amcheck if the extension is installed and the role may execute it",
          "[postgres]") {
  PostgresBulkFixture fixture;
  InsertAll(*fixture.Target(), SampleBatches(3));
  const servers::PostgresSession other = fixture.database().Connect();
  other.Execute("CREATE SCHEMA tools; CREATE EXTENSION amcheck SCHEMA tools");
  BypassIndex(fixture.database(), "cooldowns_by_until_time", kInsertCooldown);
  const std::string compared =
      "cooldowns_by_until_time: an index scan returns 3 rows, a sequential scan of cooldowns 4\n";
  CHECK(FaultsOf(fixture) == compared);
  other.Execute(
      "GRANT USAGE ON SCHEMA tools TO keelson; "
      "GRANT EXECUTE ON FUNCTION tools.bt_index_check(regclass, boolean) TO keelson");
  CHECK_THAT(FaultsOf(fixture),
             Catch::Matchers::StartsWith(compared) && Contains("lacks matching index tuple within index"));
  other.Execute("REINDEX INDEX cooldowns_by_until_time");
  CHECK(FaultsOf(fixture) == "");
}

TEST_CASE("the engine check reports an unreadable page of an index, and completes", "[postgres]") {
  servers::PostgresServer server;
  server.CreateDatabase("app");
  RealClock clock;
  const PgConnection::Options options{.url = server.url("app")};
  InsertAll(*Must(PostgresBulk::OpenTarget(options, clock)), SampleBatches(3));
  std::string file;
  {
    const servers::PostgresSession other(server.admin_url("app"));
    other.Execute("CHECKPOINT");
    file = server.folder().File("data/") + other.Value("SELECT pg_relation_filepath('orders_by_state')");
  }
  server.Stop();
  servers::WriteText(file, std::string(16384, '\x5a'));
  server.Start();
  const auto reader = Must(PostgresBulk::OpenReader(options, BulkAccess::kShared, clock));
  const std::vector<EngineFault> faults = Must(reader->CheckEngine());
  // Planning any query on the table reads all of its indexes. The last fault is of the table of labels.
  CHECK(faults.size() == 7);
  for (const EngineFault& fault : faults) {
    CHECK_THAT(fault.object,
               Catch::Matchers::StartsWith("orders_") || Catch::Matchers::Equals("order_labels"));
    CHECK_THAT(fault.description, Contains("invalid page"));
  }
}

}  // namespace
}  // namespace keelson
