#pragma once

#include <deque>
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
#include "core/common/deadline.h"
#include "core/common/log.h"

namespace keelson {

struct BackgroundJob {
  // As it is named in the log and in health ("job.NAME"). Jobs may share a name.
  std::string name;
  // Between the end of one run and the next.
  absl::Duration interval;
  // A run that has not ended after this time has stalled.
  absl::Duration longest_run;
  // One batch. True where more may be left: it runs again at once.
  std::function<absl::StatusOr<bool>()> run;
};

struct JobStatus {
  std::string name;
  // A job of this name runs for longer than its longest_run, or was not run again when it should have been.
  bool stalled = false;
};

// Runs jobs over and over, each on a thread of its own. A job that fails is logged and runs again after a
// while that doubles from its interval to kMaxBackoff, until it succeeds. Thread-safe.
class BackgroundJobs {
 public:
  static constexpr absl::Duration kMaxBackoff = absl::Seconds(30);
  // How late a run may begin on a busy machine before its job counts as stalled.
  static constexpr absl::Duration kMaxDelay = absl::Seconds(10);

  explicit BackgroundJobs(Log& log) : log_(log) {}
  // Stops.
  ~BackgroundJobs();
  BackgroundJobs(const BackgroundJobs&) = delete;
  BackgroundJobs& operator=(const BackgroundJobs&) = delete;

  // Runs it for the first time at once. Not after Stop.
  void Start(BackgroundJob job);
  // No run begins any more; returns when those under way have ended.
  void Stop();
  // The status of each name, in the order of their starts. Does not wait for runs.
  std::vector<JobStatus> ListStatuses() const;

 private:
  struct Running {
    BackgroundJob job;
    // By then its run ends or its next one begins.
    Deadline progress;
  };

  void Repeat(Running& running);
  // How long to wait before the next run; counts the failures in a row.
  absl::Duration RunOnce(const BackgroundJob& job, int& failures);
  void ExpectProgress(Running& running, absl::Duration within);
  // False once it is time to stop.
  bool Wait(absl::Duration duration);

  Log& log_;
  mutable absl::Mutex mutex_;
  ConditionVariable stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  // A deque, because threads refer to its elements.
  std::deque<Running> running_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
