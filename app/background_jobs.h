#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/common/condition_variable.h"
#include "core/common/log.h"

namespace keelson {

struct BackgroundJob {
  // As it is named in the log.
  std::string name;
  // Between the end of one run and the next.
  absl::Duration interval;
  // One batch. True where more may be left: it runs again at once.
  std::function<absl::StatusOr<bool>()> run;
};

// Runs jobs over and over, each on a thread of its own. A job that fails is logged and runs again after a
// while that doubles from its interval to kMaxBackoff, until it succeeds. Thread-safe.
class BackgroundJobs {
 public:
  static constexpr absl::Duration kMaxBackoff = absl::Seconds(30);

  explicit BackgroundJobs(Log& log) : log_(log) {}
  // Stops.
  ~BackgroundJobs();
  BackgroundJobs(const BackgroundJobs&) = delete;
  BackgroundJobs& operator=(const BackgroundJobs&) = delete;

  // Runs it for the first time at once. Not after Stop.
  void Start(BackgroundJob job);
  // No run begins any more; returns when those under way have ended.
  void Stop();

 private:
  void Repeat(const BackgroundJob& job);
  // How long to wait before the next run; counts the failures in a row.
  absl::Duration RunOnce(const BackgroundJob& job, int& failures);
  // False once it is time to stop.
  bool Wait(absl::Duration duration);

  Log& log_;
  absl::Mutex mutex_;
  ConditionVariable stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
