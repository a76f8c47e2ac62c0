#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/common/deadline.h"

namespace keelson {

// Runs heavy jobs on a few threads of its own, which are named "hash-N", begin when first needed and yield to
// every other thread of the process. First come, first served. Thread-safe. Destroy it only when no call is
// under way.
class HashSlots {
 public:
  // What a slot's thread adds to the process's nice value.
  static constexpr int kNiceness = 10;

  struct Options {
    std::size_t slots = 1;
    // Jobs that may wait.
    std::size_t queue = 64;
    // Of all jobs that run at once; a job that needs more runs alone.
    std::uint64_t memory_budget_bytes = 0;
    // Runs on a slot's thread before it waits for its next job, where there is none yet.
    std::function<void()> when_idle = {};
  };
  struct Load {
    std::size_t running = 0;
    std::size_t waiting = 0;
  };

  explicit HashSlots(const Options& options) : options_(options) {}
  ~HashSlots();
  HashSlots(const HashSlots&) = delete;
  HashSlots& operator=(const HashSlots&) = delete;

  // Waits for a slot, runs `job` on it and waits for its end, which may lie after the deadline.
  // DEADLINE_EXCEEDED where no slot came free in time, RESOURCE_EXHAUSTED (OVERLOADED) where the queue is
  // full or no thread can be had; then `job` did not run.
  absl::Status Run(std::uint64_t memory_bytes, Deadline deadline, absl::FunctionRef<void()> job);

  std::size_t slots() const { return options_.slots; }
  Load load() const;

 private:
  struct Job;

  absl::Status Enqueue(Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Fits(const Job& job) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool StartThread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Overloaded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Serve(std::size_t number);
  void TellIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Execute(Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  absl::CondVar work_;
  std::deque<Job*> queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t memory_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of the last job that ended: what a caller who is turned away is told to wait is reckoned from it.
  absl::Duration last_duration_ ABSL_GUARDED_BY(mutex_) = absl::Milliseconds(50);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace keelson
