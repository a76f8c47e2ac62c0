#include "app/background_jobs.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

// Limits the exponent of the backoff, so that the delay does not overflow. After 16 doublings, any interval
// exceeds kMaxBackoff.
constexpr int kMaxDoublings = 16;

}  // namespace

BackgroundJobs::~BackgroundJobs() {
  Stop();
}

void BackgroundJobs::Start(BackgroundJob job) {
  const Deadline progress = Deadline::After(kMaxDelay);
  const absl::MutexLock lock(&mutex_);
  Running& running = running_.emplace_back(Running{.job = std::move(job), .progress = progress});
  threads_.emplace_back([this, &running] { Repeat(running); });
}

void BackgroundJobs::Stop() {
  std::vector<std::thread> threads;
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    stop_.SignalAll();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

std::vector<JobStatus> BackgroundJobs::ListJobs() const {
  std::vector<JobStatus> statuses;
  const absl::MutexLock lock(&mutex_);
  for (const Running& running : running_) {
    auto status = std::find_if(statuses.begin(), statuses.end(),
                               [&](const JobStatus& other) { return other.name == running.job.name; });
    if (status == statuses.end()) status = statuses.insert(status, JobStatus{.name = running.job.name});
    if (running.progress.expired()) status->stalled = true;
    status->last_success = std::max(status->last_success, running.last_success);
  }
  return statuses;
}

void BackgroundJobs::Repeat(Running& running) {
  int failures = 0;
  absl::Duration wait;
  do {
    ExpectProgress(running, running.job.longest_run);
    wait = RunOnce(running, failures);
    ExpectProgress(running, wait + kMaxDelay);
  } while (Wait(wait));
}

void BackgroundJobs::ExpectProgress(Running& running, absl::Duration within) {
  const Deadline progress = Deadline::After(within);
  const absl::MutexLock lock(&mutex_);
  running.progress = progress;
}

absl::Duration BackgroundJobs::RunOnce(Running& running, int& failures) {
  const BackgroundJob& job = running.job;
  const absl::StatusOr<bool> more = job.run();
  if (more.ok()) {
    failures = 0;
    const absl::MutexLock lock(&mutex_);
    running.last_success = clock_.Now();
    return *more ? absl::ZeroDuration() : job.interval;
  }
  const absl::Duration backoff =
      std::min(job.interval * (1 << std::min(failures, kMaxDoublings)), kMaxBackoff);
  ++failures;
  log_.Write(Severity::kWarning, "job.failed", "a background job failed; it is retried after retry_after",
             {{"job", job.name},
              {"error", more.status().ToString()},
              {"retry_after", absl::FormatDuration(backoff)}});
  return backoff;
}

bool BackgroundJobs::Wait(absl::Duration duration) {
  const Deadline deadline = Deadline::After(duration);
  const absl::MutexLock lock(&mutex_);
  while (!stopping_ && stop_.WaitUntil(&mutex_, deadline)) {
  }
  return !stopping_;
}

}  // namespace keelson
