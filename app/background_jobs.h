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
#include "core/common/clock.h"
#include "core/common/condition_variable.h"
#include "core/common/deadline.h"
#include "core/common/job_status.h"
#include "core/common/log.h"

namespace keelson {

// A function that a thread runs repeatedly.
struct BackgroundJob {
  // The job's name in the log and in the health service ("job.NAME"). Several jobs may share a name.
  std::string name;
  // Time between the end of one run and the start of the next.
  absl::Duration interval;
  // If a run takes longer, the job counts as stalled.
  absl::Duration longest_run;
  // Processes one batch. Returns true if more work may be left; the job then runs again at once.
  std::function<absl::StatusOr<bool>()> run;
};

// Runs each job repeatedly on its own thread. A failure is logged; the job is retried with exponential
// backoff, from its interval up to kMaxBackoff. Thread-safe.
class BackgroundJobs final : public JobStatuses {
 public:
  static constexpr absl::Duration kMaxBackoff = absl::Seconds(30);
  // How late a run may start on a busy machine before the job counts as stalled.
  static constexpr absl::Duration kMaxDelay = absl::Seconds(10);

  BackgroundJobs(Log& log, Clock& clock) : log_(log), clock_(clock) {}
  // Calls Stop.
  ~BackgroundJobs() override;
  BackgroundJobs(const BackgroundJobs&) = delete;
  BackgroundJobs& operator=(const BackgroundJobs&) = delete;

  // Starts the job; its first run starts at once. Must not be called after Stop.
  void Start(BackgroundJob job);
  // Stops all jobs: starts no further runs, and blocks until the current runs end.
  void Stop();
  // Returns one status per job name, in the order of the Start calls. A job is stalled if it has run for
  // longer than its longest_run, or if its next run is more than kMaxDelay late.
  std::vector<JobStatus> ListJobs() const override;

 private:
  struct Running {
    BackgroundJob job;
    // The job counts as stalled if its run has not ended, or its next run has not started, by this time.
    Deadline progress;
    absl::Time last_success = absl::InfinitePast();
  };

  void Repeat(Running& running);
  // Returns the delay before the next run; `failures` counts consecutive failures.
  absl::Duration RunOnce(Running& running, int& failures);
  void ExpectProgress(Running& running, absl::Duration within);
  // Waits for `duration` or until Stop is called. Returns false if Stop was called.
  bool Wait(absl::Duration duration);

  Log& log_;
  Clock& clock_;
  mutable absl::Mutex mutex_;
  ConditionVariable stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  // The threads hold references to the elements; adding to a deque keeps these references valid.
  std::deque<Running> running_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
