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

// A thread pool with a maximum number of threads, which start on demand, and a bounded queue. Thread-safe.
class WorkerPool {
 public:
  class Job {
   public:
    // Executes the job on a worker thread. `arena` is empty before the first Run and cleared after Finish.
    // Run may be called several times before Finish; Finish delivers the result of the last run.
    virtual void Run(google::protobuf::Arena& arena) = 0;
    // Delivers the result of Run. The job may be destroyed when Finish returns.
    virtual void Finish() = 0;
    virtual Deadline deadline() const = 0;

   protected:
    ~Job() = default;
  };
  using Jobs = std::vector<Job*>;
  // A function that calls Run of each job of a batch at least once, in any order.
  using RunJobs = std::function<void(const Jobs& jobs, google::protobuf::Arena& arena)>;

  struct Limits {
    int threads;
    int queued;
    // Maximum number of queued jobs that a thread takes as one batch.
    int batch = 1;
  };
  static void RunEach(const Jobs& jobs, google::protobuf::Arena& arena);

  explicit WorkerPool(const Limits& limits, RunJobs run = RunEach);
  ~WorkerPool();

  // Queues `job`, which must stay alive until its Finish() is called. Returns false if the queue is full or
  // the pool has stopped.
  bool Submit(Job* job);
  // Runs the queued jobs and ends the threads. Blocks.
  void Stop();

 private:
  bool StartThread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Work();
  // Replaces `jobs`, which are finished, with the next batch. Blocks until a batch is available. `jobs` is
  // empty after Stop.
  void Next(Jobs& jobs);

  const std::size_t max_threads_;
  const std::size_t max_queued_;
  const std::size_t max_batch_;
  const RunJobs run_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::deque<Job*> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  // Number of threads that run jobs.
  std::size_t busy_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

// Size of the initial block of a thread's arena: enough for most requests and responses.
inline constexpr std::size_t kArenaBlockBytes = 8192;
google::protobuf::ArenaOptions ArenaOver(char* block);

}  // namespace keelson
