// Tests the command verify on damaged SQLite files.
#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "core/common/strings.h"
#include "core/store/verify/verify_store.h"
#include "tests/contract/bulk/sqlite/fixture.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

const int kOpen = SQLite::OPEN_READWRITE;
constexpr std::streamoff kPageSize = 4096;

// Returns one line for each finding about the file, also if the file is too damaged to be opened. Findings
// about rows are ignored, because the samples are not a consistent history.
std::string Verify(SqliteBulkFixture& fixture) {
  std::string text;
  std::int64_t reported = 0;
  const auto report = [&](const Finding& finding) {
    ++reported;
    if (finding.table != "database") return;
    text += StrCat(finding.table, " ", finding.id, ": ", finding.invariant, ": ", finding.figures, "\n");
  };
  const auto reader = SqliteBulk::OpenReader(fixture.path(), BulkAccess::kShared, fixture.clock());
  if (absl::IsDataLoss(reader.status())) {
    report(UnreadableStore(reader.status()));
    return text;
  }
  Must(reader.status());
  VerifyStore verify(**reader, report, [](const VerifyProgress&) {});
  CHECK(Must(verify.Handle()) == reported);
  return text;
}

void Execute(SqliteBulkFixture& fixture, const std::string& sql) {
  SQLite::Database(fixture.path(), kOpen).exec(sql);
}

TEST_CASE("verify reports an index with a missing or an extra entry", "[sqlite]") {
  SqliteBulkFixture fixture;
  Execute(fixture, "INSERT INTO cooldowns VALUES (randomblob(16), 1)");
  CHECK(Verify(fixture) == "");
  const auto value = [&](const std::string& sql) {
    return SQLite::Database(fixture.path()).execAndGet(sql).getString();
  };
  const std::string where = "name = 'cooldowns_by_until_time'";
  const std::string root = value("SELECT rootpage FROM sqlite_schema WHERE " + where);
  const std::string sql = value("SELECT sql FROM sqlite_schema WHERE " + where);
  // SQLite does not update an index whose schema entry is deleted.
  Execute(fixture, "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE " + where);
  const bool lacks = GENERATE(true, false);
  Execute(fixture, lacks ? "INSERT INTO cooldowns VALUES (randomblob(16), 2)" : "DELETE FROM cooldowns");
  Execute(fixture, StrCat("PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('index', "
                          "'cooldowns_by_until_time', 'cooldowns', ",
                          root, ", '", sql, "')"));
  CHECK_THAT(Verify(fixture), StartsWith("database cooldowns_by_until_time: engine_integrity: ") &&
                                  Contains(lacks ? "missing from index" : "wrong # of entries in index"));
}

TEST_CASE("verify reports a missing or altered index", "[sqlite]") {
  SqliteBulkFixture fixture;
  Execute(fixture, "DROP INDEX users_by_email_key");
  CHECK(Verify(fixture) ==
        "database users_by_email_key: engine_integrity: missing, although its migration is applied\n");
  Execute(fixture, "CREATE INDEX users_by_email_key ON users (email_key)");
  CHECK(Verify(fixture) == "database users_by_email_key: engine_integrity: differs from its migration\n");
}

TEST_CASE("verify accepts additional tables and indexes", "[sqlite]") {
  SqliteBulkFixture fixture;
  Execute(fixture, "CREATE INDEX mine ON orders (reference, total); CREATE TABLE notes (text TEXT)");
  CHECK(Verify(fixture) == "");
}

TEST_CASE("verify reports a violated foreign key", "[sqlite]") {
  SqliteBulkFixture fixture;
  Execute(fixture, "PRAGMA foreign_keys = OFF; INSERT INTO credentials VALUES (randomblob(16), 'x')");
  CHECK(Verify(fixture) == "database credentials: engine_integrity: 1 rows refer to missing rows of users\n");
}

TEST_CASE("verify reports a table of labels that differs from the labels of the rows", "[sqlite]") {
  SqliteBulkFixture fixture;
  InsertAll(*fixture.Target(), SampleBatches(2));
  CHECK(Verify(fixture) == "");
  Execute(fixture, "UPDATE order_labels SET value = 'app' WHERE id = (SELECT min(id) FROM orders)");
  Execute(fixture, "DELETE FROM refund_labels WHERE key = 'desk'");
  CHECK(
      Verify(fixture) ==
      "database order_labels: engine_integrity: 1 entries are not a label of a row, 1 labels of rows have no "
      "entry\n"
      "database refund_labels: engine_integrity: 0 entries are not a label of a row, 2 labels of rows have "
      "no entry\n");
  Execute(fixture, "UPDATE orders SET labels = NULL; UPDATE refunds SET labels = NULL");
  CHECK(
      Verify(fixture) ==
      "database order_labels: engine_integrity: 1 entries are not a label of a row, 0 labels of rows have no "
      "entry\n");
}

TEST_CASE("verify reports a missing trigger", "[sqlite]") {
  SqliteBulkFixture fixture;
  Execute(fixture, "DROP TRIGGER order_labels_insert");
  CHECK(Verify(fixture) ==
        "database order_labels_insert: engine_integrity: missing, although its migration is applied\n");
}

TEST_CASE("verify reports a value that can't be parsed", "[sqlite]") {
  SqliteBulkFixture fixture;
  InsertAll(*fixture.Target(), SampleBatches(1));
  Execute(fixture, "UPDATE users SET labels = 'no JSON'");
  CHECK_THAT(Verify(fixture), Contains("database rows: rows_readable: ") && Contains("keelson.db"));
}

TEST_CASE("verify reports damage to any page of the file", "[sqlite]") {
  SqliteBulkFixture fixture;
  InsertAll(*fixture.Target(), SampleBatches(20));
  // VACUUM leaves no free pages, so that every page is in use.
  Execute(fixture, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  CHECK(Verify(fixture) == "");
  const std::string whole = fixture.folder() / "whole.db";
  std::filesystem::copy_file(fixture.path(), whole);
  const auto pages = static_cast<std::streamoff>(std::filesystem::file_size(whole)) / kPageSize;
  CHECK(pages > 30);
  for (std::streamoff page = 0; page < pages; ++page) {
    CAPTURE(page);
    std::filesystem::copy_file(whole, fixture.path(), std::filesystem::copy_options::overwrite_existing);
    {
      std::fstream file(fixture.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(page * kPageSize + (page == 0 ? 100 : 0));
      file << std::string(64, '\x5a');
    }
    CHECK_THAT(Verify(fixture), StartsWith("database "));
  }
}

TEST_CASE("verify reports a truncated file", "[sqlite]") {
  SqliteBulkFixture fixture;
  InsertAll(*fixture.Target(), SampleBatches(20));
  std::filesystem::resize_file(fixture.path(), std::filesystem::file_size(fixture.path()) / 2);
  CHECK_THAT(Verify(fixture), StartsWith("database "));
}

}  // namespace
}  // namespace keelson
