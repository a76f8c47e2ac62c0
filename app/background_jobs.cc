#include "app/background_jobs.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

// So often doubled, any interval has reached the bound.
constexpr int kMaxDoublings = 16;

}  // namespace

BackgroundJobs::~BackgroundJobs() {
  Stop();
}

void BackgroundJobs::Start(BackgroundJob job) {
  const absl::MutexLock lock(&mutex_);
  threads_.emplace_back([this, job = std::move(job)] { Repeat(job); });
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

void BackgroundJobs::Repeat(const BackgroundJob& job) {
  int failures = 0;
  while (Wait(RunOnce(job, failures))) {
  }
}

absl::Duration BackgroundJobs::RunOnce(const BackgroundJob& job, int& failures) {
  const absl::StatusOr<bool> more = job.run();
  if (more.ok()) {
    failures = 0;
    return *more ? absl::ZeroDuration() : job.interval;
  }
  const absl::Duration backoff =
      std::min(job.interval * (1 << std::min(failures, kMaxDoublings)), kMaxBackoff);
  ++failures;
  log_.Write(Severity::kWarning, "job.failed", "a background job failed and will be tried again",
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
