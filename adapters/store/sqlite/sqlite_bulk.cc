#include "adapters/store/sqlite/sqlite_bulk.h"

#include <sqlite3.h>

#include "adapters/store/sqlite/bulk_tables.h"
#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/database_log.h"
#include "adapters/store/sqlite/errors.h"
#include "adapters/store/sqlite/file_guard.h"
#include "adapters/store/sqlite/integrity.h"
#include "adapters/store/sqlite/schema.h"
#include "adapters/store/sqlite/settings.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

constexpr int kReaderCacheKib = 16 * 1024;
constexpr int kTargetCacheKib = 128 * 1024;

// An export in one read transaction, which lasts until the destructor. The first read determines its
// snapshot.
class Reader : public StoreExporter {
 public:
  Reader(std::unique_ptr<FileGuard> guard, std::unique_ptr<Connection> connection)
      : guard_(std::move(guard)), connection_(std::move(connection)), tables_(*connection_) {}

  absl::StatusOr<std::vector<EngineFault>> CheckEngine() override { return FindEngineFaults(*connection_); }
  absl::StatusOr<std::int64_t> Count(RowKind kind) override { return ToldAsLoss(tables_.Count(kind)); }
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override {
    return ToldAsLoss(tables_.Read(kind, after, limit));
  }

 private:
  template <typename T>
  static absl::StatusOr<T> ToldAsLoss(absl::StatusOr<T> result) {
    if (result.ok()) return result;
    return DamageAsDataLoss(result.status());
  }

  // Guards the file during exclusive access; null for shared access.
  const std::unique_ptr<FileGuard> guard_;
  const std::unique_ptr<Connection> connection_;
  BulkTables tables_;
};

class Target : public StoreImporter {
 public:
  Target(std::unique_ptr<FileGuard> guard, std::unique_ptr<Connection> connection)
      : guard_(std::move(guard)),
        connection_(std::move(connection)),
        tables_(*connection_),
        settings_(*connection_),
        delete_checkpoint_(*connection_, "DELETE FROM settings WHERE name = ?") {}

  absl::StatusOr<std::int64_t> Count(RowKind kind) override { return tables_.Count(kind); }
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override {
    return tables_.Read(kind, after, limit);
  }

  absl::Status Insert(const RowBatch& rows, std::string_view checkpoint) override {
    return InTransaction([&]() -> absl::Status {
      RETURN_IF_ERROR(tables_.Insert(rows));
      RETURN_IF_ERROR(DeleteCheckpoint());
      return settings_.Insert(kTransferCheckpoint, checkpoint);
    });
  }

  absl::StatusOr<std::string> FindCheckpoint() override {
    ASSIGN_OR_RETURN(std::optional<std::string> checkpoint, settings_.Find(kTransferCheckpoint));
    return std::move(checkpoint).value_or("");
  }

  absl::Status Finish() override {
    return InTransaction([&] { return DeleteCheckpoint(); });
  }

 private:
  absl::Status DeleteCheckpoint() {
    return connection_->CatchErrors([&] {
      delete_checkpoint_.Execute(kTransferCheckpoint);
      return absl::OkStatus();
    });
  }

  template <typename Work>
  absl::Status InTransaction(const Work& work) {
    absl::Status status = connection_->Execute("BEGIN IMMEDIATE");
    if (status.ok()) status = work();
    if (status.ok()) status = connection_->Execute("COMMIT");
    if (status.ok()) return status;
    connection_->Reset();
    // An error may have ended the transaction already.
    if (sqlite3_get_autocommit(connection_->database().getHandle()) == 0) {
      connection_->Execute("ROLLBACK").IgnoreError();  // closing the connection rolls back, too
    }
    return status;
  }

  const std::unique_ptr<FileGuard> guard_;
  const std::unique_ptr<Connection> connection_;
  BulkTables tables_;
  SqliteSettings settings_;
  Query delete_checkpoint_;
};

absl::StatusOr<std::unique_ptr<StoreExporter>> Open(const std::string& path, BulkAccess access,
                                                    Clock& clock) {
  ASSIGN_OR_RETURN(const DatabasePath resolved, ResolveDatabasePath(path));
  std::unique_ptr<FileGuard> guard;
  if (access == BulkAccess::kExclusive) {
    ASSIGN_OR_RETURN(guard, FileGuard::Acquire(path, FileGuard::Intent::kRead));
  }
  RETURN_IF_ERROR(CheckReadable(resolved));
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Connection::Open({.path = resolved.resolved, .cache_kib = kReaderCacheKib, .name = path}));
  RETURN_IF_ERROR(connection->Execute("BEGIN"));
  RETURN_IF_ERROR(Schema(*connection, clock).CheckCurrent());
  return std::make_unique<Reader>(std::move(guard), std::move(connection));
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreExporter>> SqliteBulk::OpenReader(const std::string& path,
                                                                      BulkAccess access, Clock& clock) {
  absl::StatusOr<std::unique_ptr<StoreExporter>> reader = Open(path, access, clock);
  if (reader.ok()) return reader;
  return DamageAsDataLoss(reader.status());
}

absl::StatusOr<std::unique_ptr<StoreImporter>> SqliteBulk::OpenTarget(const std::string& path, Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<FileGuard> guard, FileGuard::Acquire(path, FileGuard::Intent::kWrite));
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Connection::Open({.path = guard->path().resolved,
                                     .access = Connection::Access::kReadWrite,
                                     .cache_kib = kTargetCacheKib,
                                     .name = path}));
  Schema schema(*connection, clock);
  RETURN_IF_ERROR(schema.TakeOver(guard->generation()));
  RETURN_IF_ERROR(schema.Up(std::nullopt).status());
  // Enables automatic checkpoints: no service uses the file, so checkpoints delay no call.
  RETURN_IF_ERROR(connection->Execute("PRAGMA wal_autocheckpoint = 10000"));
  return std::make_unique<Target>(std::move(guard), std::move(connection));
}

}  // namespace keelson
