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
#include "core/accounts/password_hasher.h"
#include "core/common/deadline.h"

namespace keelson {

// Runs CPU-heavy jobs in FIFO order on a few threads of its own. The threads are named "hash-N", start on
// demand, and have a lower priority than the other threads of the process. Thread-safe. Must not be destroyed
// during a call.
class HashSlots {
 public:
  // The threads have the nice value of the process plus this number.
  static constexpr int kNiceness = 10;

  struct Options {
    std::size_t slots = 1;
    // Maximum number of waiting jobs.
    std::size_t queue = 64;
    // Total memory of concurrent jobs; a job that needs more runs alone.
    std::uint64_t memory_budget_bytes = 0;
    // Called on a slot's thread when no queued job can start, before the thread waits.
    std::function<void()> when_idle = {};
  };

  explicit HashSlots(const Options& options) : options_(options) {}
  ~HashSlots();
  HashSlots(const HashSlots&) = delete;
  HashSlots& operator=(const HashSlots&) = delete;

  // Waits for a slot, runs `job`, and blocks until the job ends, which may be after the deadline.
  // DEADLINE_EXCEEDED if no slot is free before the deadline; RESOURCE_EXHAUSTED (OVERLOADED) if the queue is
  // full or no thread can be started. After any of these errors, `job` did not run.
  absl::Status Run(std::uint64_t memory_bytes, Deadline deadline, absl::FunctionRef<void()> job);

  // RESOURCE_EXHAUSTED (OVERLOADED) while the queue is full.
  absl::Status CheckQueue() const;

  std::size_t slots() const { return options_.slots; }
  HashLoad load() const;

 private:
  struct Job;

  bool IsFull() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Enqueue(Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Fits(const Job& job) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool StartThread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Overloaded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunJobs(std::size_t number);
  void NotifyIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Execute(Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  absl::CondVar work_;
  std::deque<Job*> queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t memory_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // Duration of the last job, from which the retry delay of an OVERLOADED error is estimated.
  absl::Duration last_duration_ ABSL_GUARDED_BY(mutex_) = absl::Milliseconds(50);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace keelson
