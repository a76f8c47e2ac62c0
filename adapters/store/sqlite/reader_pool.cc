#include "adapters/store/sqlite/reader_pool.h"

#include <sqlite3.h>

#include "core/common/status_macros.h"

namespace keelson {
namespace {

constexpr std::chrono::milliseconds kReaderBusyTimeout{1000};
constexpr int kCacheKib = 4096;
// Reads through the memory map need no system call, and do not depend on the page cache, which every commit
// empties. The mapped pages belong to the operating system's cache: all readers share them.
constexpr std::int64_t kMappedBytes = std::int64_t{256} << 20;

// Returns a number for this thread. A thread prefers the connection with this number, because that
// connection's page cache holds the pages that the thread read before.
std::size_t ThreadNumber() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

ReaderPool::Reader::Reader(std::unique_ptr<Connection> opened)
    : connection(std::move(opened)),
      transaction(*connection),
      begin(*connection, "BEGIN"),
      end(*connection, "ROLLBACK") {}

absl::Status ReaderPool::Reader::End() {
  connection->Reset();
  if (!open) return absl::OkStatus();
  open = false;
  return connection->CatchErrors([this] {
    mutex.AssertHeld();
    // An error may have ended the transaction already.
    if (sqlite3_get_autocommit(connection->database().getHandle()) == 0) end.Execute();
    return absl::OkStatus();
  });
}

absl::Status ReaderPool::Reader::Read(Store::ReadWork work, std::uint64_t commits) {
  if (!open || began_after != commits) {
    RETURN_IF_ERROR(End());
    RETURN_IF_ERROR(connection->CatchErrors([this] {
      mutex.AssertHeld();
      begin.Execute();
      return absl::OkStatus();
    }));
    open = true;
    began_after = commits;
  }
  absl::Status status = work(transaction);
  if (connection->failure().ok()) return status;
  if (status.ok()) status = connection->failure();
  End().IgnoreError();  // the read has failed already
  return status;
}

absl::StatusOr<std::unique_ptr<ReaderPool>> ReaderPool::Open(const DatabasePath& path, int size,
                                                             const std::atomic<std::uint64_t>& commits) {
  auto pool = std::unique_ptr<ReaderPool>(new ReaderPool(commits));
  for (int i = 0; i < size; ++i) {
    ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                     Connection::Open({.path = path.resolved,
                                       .busy_timeout = kReaderBusyTimeout,
                                       .cache_kib = kCacheKib,
                                       .mapped_bytes = kMappedBytes,
                                       .name = path.given}));
    pool->readers_.push_back(std::make_unique<Reader>(std::move(connection)));
  }
  return pool;
}

ReaderPool::Reader& ReaderPool::Lock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  const std::size_t preferred = ThreadNumber() % readers_.size();
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    Reader& reader = *readers_[(preferred + i) % readers_.size()];
    if (reader.mutex.TryLock()) return reader;
  }
  readers_[preferred]->mutex.Lock();
  return *readers_[preferred];
}

absl::Status ReaderPool::Read(Store::ReadWork work) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Reader& reader = Lock();
  // Loads the number of commits before the transaction begins: a commit in between makes the transaction
  // appear older than it is, which is safe.
  absl::Status status = reader.Read(work, commits_.load(std::memory_order_acquire));
  reader.mutex.Unlock();
  return status;
}

void ReaderPool::ReleaseStale() {
  const std::uint64_t commits = commits_.load(std::memory_order_acquire);
  for (const std::unique_ptr<Reader>& reader : readers_) {
    if (!reader->mutex.TryLock()) continue;
    if (reader->open && reader->began_after != commits) reader->End().IgnoreError();
    reader->mutex.Unlock();
  }
}

void ReaderPool::WithoutReaders(absl::FunctionRef<void()> work) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  for (const std::unique_ptr<Reader>& reader : readers_) {
    reader->mutex.Lock();
    reader->End().IgnoreError();
  }
  work();
  for (const std::unique_ptr<Reader>& reader : readers_) reader->mutex.Unlock();
}

}  // namespace keelson
