#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "adapters/store/sqlite/sqlite_backup.h"
#include "core/events/event_repository.h"
#include "core/store/store.h"
#include "tests/contract/bulk/sqlite/fixture.h"
#include "tests/contract/store/samples.h"

namespace keelson {
namespace {

absl::Status BackUp(SqliteBulkFixture& fixture, const std::string& copy) {
  return BackUpSqlite(fixture.path(), copy, fixture.clock(), [](std::int64_t, std::int64_t) {});
}

TEST_CASE("a backup during writes is a consistent snapshot", "[sqlite]") {
  SqliteBulkFixture fixture;
  std::filesystem::create_directory(fixture.folder() / "copies");
  const std::string copy = fixture.folder() / "copies" / "copy.db";
  fixture.Serve([&](Store& store) {
    std::atomic<bool> stop = false;
    std::atomic<int> written = 0;
    std::thread writer([&] {
      while (!stop) {
        const absl::Status status = store.Write(
            Deadline::Never(), [&](WriteTransaction& tx) { return tx.events().Append(SampleEvent("x")); });
        if (status.ok()) ++written;
      }
    });
    while (written < 200) std::this_thread::yield();
    const absl::Status status = BackUp(fixture, copy);
    stop = true;
    writer.join();
    Must(status);
  });
  CHECK(FileNames(fixture.folder() / "copies") == " copy.db");
  CHECK(SQLite::Database(copy).execAndGet("PRAGMA application_id").getInt64() == 0x4b65656c);
  const auto reader = Must(SqliteBulk::OpenReader(copy, BulkAccess::kShared, fixture.clock()));
  const auto events = std::get<std::vector<Event>>(ReadAll(*reader, RowKind::kEvents));
  CHECK(events.size() >= 200);
  CHECK(IsWholeChain(events));
}

TEST_CASE("a backup contains all rows and is readable only by its owner", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::vector<RowBatch> batches = SampleBatches(50);
  InsertAll(*fixture.Target(), batches);
  const std::string copy = fixture.folder() / "copy.db";
  std::int64_t last = 0, total = 0;
  Must(BackUpSqlite(fixture.path(), copy, fixture.clock(), [&](std::int64_t done, std::int64_t all) {
    CHECK(done >= last);
    last = done, total = all;
  }));
  CHECK(last == total);
  CHECK(total > 0);
  using std::filesystem::perms;
  CHECK(std::filesystem::status(copy).permissions() == (perms::owner_read | perms::owner_write));
  const auto reader = Must(SqliteBulk::OpenReader(copy, BulkAccess::kShared, fixture.clock()));
  CHECK((ReadEverything(*reader) == batches));
}

TEST_CASE("a backup fails if the destination file already exists", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string copy = fixture.folder() / "copy.db";
  std::ofstream(copy) << "precious";
  CHECK(absl::IsFailedPrecondition(BackUp(fixture, copy)));
  CHECK(std::filesystem::file_size(copy) == 8);
  CHECK(absl::IsFailedPrecondition(BackUp(fixture, fixture.path())));
}

TEST_CASE("a failed backup leaves no file", "[sqlite]") {
  SqliteBulkFixture fixture;
  const std::string copy = fixture.folder() / "copy.db";
  CHECK(absl::IsUnavailable(BackUp(fixture, fixture.folder() / "nowhere" / "copy.db")));
  SECTION("a database of another application") {
    SQLite::Database(fixture.path(), SQLite::OPEN_READWRITE).exec("PRAGMA application_id = 1");
  }
  SECTION("a missing database") {
    std::filesystem::remove(fixture.path());
  }
  CHECK(absl::IsUnavailable(BackUp(fixture, copy)));
  CHECK(FileNames(fixture.folder()).find("copy") == std::string::npos);
}

}  // namespace
}  // namespace keelson
