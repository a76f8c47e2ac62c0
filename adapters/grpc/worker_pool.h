#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <span>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/deadline.h"
#include "google/protobuf/arena.h"

namespace keelson {

// Threads for calls that wait: started as they are needed, up to a limit, and a bounded queue before them.
// Thread-safe.
class WorkerPool {
 public:
  class Job {
   public:
    // On a worker's thread, with its scratch memory, which is empty before and cleared after Finish. May be
    // run again before that; the last run counts.
    virtual void Run(google::protobuf::Arena& arena) = 0;
    // Hands out what came of it. The job may be gone when this returns.
    virtual void Finish() = 0;
    virtual Deadline deadline() const = 0;

   protected:
    ~Job() = default;
  };
  using Jobs = std::vector<Job*>;
  // Runs jobs that a thread took at once, each at least once, in no particular order.
  using RunJobs = std::function<void(const Jobs& jobs, google::protobuf::Arena& arena)>;

  struct Limits {
    int threads;
    int queued;
    // Jobs that a thread takes at once, where as many wait.
    int together = 1;
  };
  static void RunEach(const Jobs& jobs, google::protobuf::Arena& arena);

  explicit WorkerPool(const Limits& limits, RunJobs run = RunEach);
  ~WorkerPool();

  // Keeps a pointer until the job has finished. False, and the job is not taken, where the queue is full or
  // the pool has stopped.
  bool Submit(Job* job);
  // Runs what waits and ends the threads. Blocks.
  void Stop();

 private:
  bool StartThread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Work();
  // In the place of `jobs`, which have finished, the next ones, once there are any; none when the pool has
  // stopped and none are left.
  void Next(Jobs& jobs);

  const std::size_t max_threads_;
  const std::size_t max_queued_;
  const std::size_t max_together_;
  const RunJobs run_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::deque<Job*> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  // Threads that run jobs.
  std::size_t busy_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

// The size of the memory that a thread's arena begins with: room for any usual request and its answer.
inline constexpr std::size_t kArenaBlockBytes = 8192;
google::protobuf::ArenaOptions ArenaOver(char* block);

}  // namespace keelson
