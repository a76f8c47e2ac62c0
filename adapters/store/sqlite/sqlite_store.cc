#include "adapters/store/sqlite/sqlite_store.h"

#include <atomic>

#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/database_path.h"
#include "adapters/store/sqlite/file_guard.h"
#include "adapters/store/sqlite/reader_pool.h"
#include "adapters/store/sqlite/schema.h"
#include "adapters/store/sqlite/write_session.h"
#include "adapters/store/sqlite/writer.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

class OpenStore : public Store {
 public:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const SqliteOptions& options, Clock& clock);

  absl::Status Read(Deadline deadline, ReadWork work) override;
  absl::Status Write(Deadline deadline, WriteWork work) override { return writer_->Write(deadline, work); }
  absl::Status Check(Deadline deadline) override;
  StoreTraits traits() override { return {.reads_inline = true, .single_process = true}; }

 private:
  explicit OpenStore(std::unique_ptr<FileGuard> guard) : guard_(std::move(guard)) {}

  // The guard must be destroyed last, and members are destroyed in reverse order of declaration.
  const std::unique_ptr<FileGuard> guard_;
  std::atomic<std::uint64_t> commits_{0};
  // Closed last: a writable connection that is closed last checkpoints and deletes the log.
  std::unique_ptr<WriteSession> session_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<Writer> writer_;
};

// Checks and migrates the schema on a temporary connection. Closing that connection checkpoints the WAL, so
// that the file has the session's generation.
absl::Status PrepareSchema(const SqliteOptions& options, const FileGuard& guard, Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Connection::Open({.path = guard.path().resolved,
                                     .access = Connection::Access::kReadWrite,
                                     .busy_timeout = absl::ToChronoMilliseconds(options.busy_timeout),
                                     .name = options.path}));
  Schema schema(*connection, clock);
  RETURN_IF_ERROR(schema.TakeOver(guard.generation()));
  return options.migrate ? schema.Up(std::nullopt).status() : schema.CheckCurrent();
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore::Open(const SqliteOptions& options, Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<FileGuard> guard,
                   FileGuard::Acquire(options.path, FileGuard::Intent::kWrite));
  RETURN_IF_ERROR(PrepareSchema(options, *guard, clock));
  RETURN_IF_ERROR(guard->AdvanceGeneration());

  auto store = std::unique_ptr<OpenStore>(new OpenStore(std::move(guard)));
  ASSIGN_OR_RETURN(store->session_,
                   WriteSession::Open(*store->guard_, absl::ToChronoMilliseconds(options.busy_timeout)));
  ASSIGN_OR_RETURN(store->readers_,
                   ReaderPool::Open(store->guard_->path(), options.readers, store->commits_));
  store->writer_ = std::make_unique<Writer>(Writer::Options{options.group_commit, options.queue},
                                            *store->session_, *store->readers_, store->commits_);
  return store;
}

absl::Status OpenStore::Read(Deadline deadline, ReadWork work) {
  if (deadline.expired()) return DeadlineExceededBeforeStart();
  return readers_->Read(work);
}

absl::Status OpenStore::Check(Deadline deadline) {
  absl::Status status = guard_->Check();
  if (status.ok()) {
    status = Read(deadline, [](ReadTransaction& tx) { return tx.users().Find(UserId()).status(); });
  }
  if (status.ok()) status = writer_->Check(deadline);
  if (status.ok() || absl::IsUnavailable(status)) return status;
  return MakeError(Reason::kStoreUnavailable, std::string(status.message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> SqliteStore::Open(const SqliteOptions& options, Clock& clock) {
  return OpenStore::Open(options, clock);
}

absl::Status SqliteStore::CheckPath(const std::string& path) {
  return CheckDatabasePath(path);
}

}  // namespace keelson
