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

// Shared by the thread that opens a connection and the caller, of whom either may leave first.
class Attempt {
 public:
  void End(Opened opened) {
    const absl::MutexLock lock(&mutex_);
    opened_ = std::move(opened);
    ended_.Signal();
  }

  // Nothing where the deadline expired first.
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
    return PgConnection::Open(options);  // the process has as many threads as it may
  }
  std::optional<Opened> opened = attempt->Await(deadline);
  if (opened) return *std::move(opened);
  return PgUnavailable(StrCat(PgConnection::Describe(options.url), " can't be reached: it does not answer"));
}

}  // namespace keelson
