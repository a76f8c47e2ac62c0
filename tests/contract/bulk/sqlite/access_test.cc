#include <SQLiteCpp/SQLiteCpp.h>

#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/contract/bulk/sqlite/fixture.h"
#include "tests/contract/store/samples.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

void CheckUnavailable(const absl::Status& status, const std::string& cause) {
  CHECK(HasReason(status, Reason::kStoreUnavailable));
  CHECK_THAT(std::string(status.message()), Contains("keelson.db") && Contains(cause));
}

TEST_CASE("while a service uses the file, shared exports succeed, but exclusive exports and imports fail",
          "[sqlite]") {
  SqliteBulkFixture fixture;
  fixture.Serve([&](Store&) {
    CHECK(SqliteBulk::OpenReader(fixture.path(), BulkAccess::kShared, fixture.clock()).ok());
    CheckUnavailable(SqliteBulk::OpenReader(fixture.path(), BulkAccess::kExclusive, fixture.clock()).status(),
                     "in use by another process");
    CheckUnavailable(SqliteBulk::OpenTarget(fixture.path(), fixture.clock()).status(),
                     "in use by another process");
  });
}

TEST_CASE("a service can't open a file during an exclusive export", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::unique_ptr<StoreExporter> reader = fixture.ExclusiveReader();
  SqliteOptions options;
  options.path = fixture.path();
  CheckUnavailable(SqliteStore::Open(options, fixture.clock()).status(), "in use by another process");
}

TEST_CASE("an export does not create a missing file", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::filesystem::path folder = fixture.folder() / "empty";
  std::filesystem::create_directory(folder);
  for (const BulkAccess access : {BulkAccess::kShared, BulkAccess::kExclusive}) {
    CheckUnavailable(SqliteBulk::OpenReader(folder / "keelson.db", access, fixture.clock()).status(),
                     "No such file");
    CHECK(std::filesystem::is_empty(folder));
  }
}

TEST_CASE("an export rejects an older schema and a file of another application", "[sqlite]") {
  SqliteBulkFixture fixture;
  SQLite::Database(fixture.path(), SQLite::OPEN_READWRITE).exec("DELETE FROM schema_migrations");
  CheckUnavailable(SqliteBulk::OpenReader(fixture.path(), BulkAccess::kShared, fixture.clock()).status(),
                   "keelson migrate up");
  SQLite::Database(fixture.path(), SQLite::OPEN_READWRITE).exec("PRAGMA application_id = 1");
  CheckUnavailable(SqliteBulk::OpenReader(fixture.path(), BulkAccess::kShared, fixture.clock()).status(),
                   "another application");
}

TEST_CASE("an export neither blocks writes nor checkpoints the write-ahead log", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string log = fixture.path() + "-wal";
  fixture.Serve([&](Store& store) {
    const auto write = [&](const std::string& subject) {
      return store.Write(Deadline::Never(),
                         [&](WriteTransaction& tx) { return tx.events().Append(SampleEvent(subject)); });
    };
    Must(write("a"));
    std::unique_ptr<StoreExporter> reader = fixture.Reader();
    Must(write("b"));
    CHECK(Must(reader->Count(RowKind::kEvents)) == 1);
    reader.reset();
    CHECK(std::filesystem::exists(log));
    Must(write("c"));
  });
  CHECK(Must(fixture.Reader()->Count(RowKind::kEvents)) == 3);
}

}  // namespace
}  // namespace keelson
