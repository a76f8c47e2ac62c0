#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "adapters/store/sqlite/connection.h"
#include "adapters/store/sqlite/database_path.h"
#include "adapters/store/sqlite/transactions.h"
#include "core/repositories.h"

namespace keelson {

// Read-only connections. Beginning and ending a transaction costs more than reading a row, so each keeps its
// transaction from one read to the next for as long as nothing was committed since it began. That is as good
// as a new one, and costs nobody anything: only a commit makes it hold something back, and then the writer
// has it let go before it checkpoints.
//
// Thread-safe. A read waits only where more run at once than there are connections.
class ReaderPool {
 public:
  // `commits` counts the commits and outlives the pool; it grows before a commit's callers are answered.
  static absl::StatusOr<std::unique_ptr<ReaderPool>> Open(const DatabasePath& path, int size,
                                                          const std::atomic<std::uint64_t>& commits);

  absl::Status Read(Store::ReadWork work);

  // Ends the transactions that nobody uses and that are older than the last commit.
  void ReleaseStale();
  // Runs `work` while no connection has a transaction; reads wait for it.
  void WithoutReaders(absl::FunctionRef<void()> work);

 private:
  struct Reader {
    explicit Reader(std::unique_ptr<Connection> opened);

    absl::Status Read(Store::ReadWork work, std::uint64_t commits) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    absl::Status End() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

    absl::Mutex mutex;
    const std::unique_ptr<Connection> connection;
    SqliteReadTransaction transaction ABSL_GUARDED_BY(mutex);
    Query begin ABSL_GUARDED_BY(mutex);
    Query end ABSL_GUARDED_BY(mutex);
    bool open ABSL_GUARDED_BY(mutex) = false;
    // How many commits there had been when the transaction began.
    std::uint64_t began_after ABSL_GUARDED_BY(mutex) = 0;
  };

  explicit ReaderPool(const std::atomic<std::uint64_t>& commits) : commits_(commits) {}
  Reader& Lock();

  const std::atomic<std::uint64_t>& commits_;
  std::vector<std::unique_ptr<Reader>> readers_;
};

}  // namespace keelson
