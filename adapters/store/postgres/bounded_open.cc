#include "adapters/store/postgres/bounded_open.h"

#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/condition_variable.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Opened = absl::StatusOr<std::unique_ptr<PgConnection>>;

// The result of one attempt to open a connection, shared by the opening thread and the caller, because either
// may end before the other. Thread-safe.
class Attempt {
 public:
  void End(Opened opened) {
    const absl::MutexLock lock(&mutex_);
    opened_ = std::move(opened);
    ended_.Signal();
  }

  // Blocks until the attempt has ended. Returns nothing if the deadline expires first.
  std::optional<Opened> Await(Deadline deadline) {
    const absl::MutexLock lock(&mutex_);
    while (!opened_ && ended_.WaitUntil(&mutex_, deadline)) {
    }
    return std::exchange(opened_, std::nullopt);
  }

 private:
  absl::Mutex mutex_;
  ConditionVariable ended_;
  std::optional<Opened> opened_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<PgConnection>> OpenWithin(const PgConnection::Options& options,
                                                         Deadline deadline) {
  const auto attempt = std::make_shared<Attempt>();
  try {
    std::thread([attempt, options] { attempt->End(PgConnection::Open(options)); }).detach();
  } catch (const std::system_error&) {
    return PgConnection::Open(options);  // the process can't start another thread
  }
  std::optional<Opened> opened = attempt->Await(deadline);
  if (opened) return *std::move(opened);
  return PgUnavailable(
      StrCat(PgConnection::Describe(options.url), " can't be reached: no response before the timeout"));
}

}  // namespace keelson
