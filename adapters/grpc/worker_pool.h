#pragma once

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "google/protobuf/arena.h"

namespace keelson {

// Threads for calls that wait: started as they are needed, up to a limit, and a bounded queue before them.
// Thread-safe.
class WorkerPool {
 public:
  class Job {
   public:
    // On a worker's thread, with its scratch memory, which is empty before and cleared after. The job may be
    // gone when this returns.
    virtual void Run(google::protobuf::Arena& arena) = 0;

   protected:
    ~Job() = default;
  };

  WorkerPool(int max_threads, int max_queued);
  ~WorkerPool();

  // Keeps a pointer until the job runs. False, and the job is not taken, where the queue is full or the pool
  // has stopped.
  bool Submit(Job* job);
  // Runs what waits and ends the threads. Blocks.
  void Stop();

 private:
  bool StartThread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Work();
  // The next job, once there is one; nothing when the pool has stopped and none is left. `finished`: how many
  // the thread has run since it asked last.
  Job* Next(std::size_t finished);

  const std::size_t max_threads_;
  const std::size_t max_queued_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::deque<Job*> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  // Threads that run a job.
  std::size_t busy_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

// The size of the memory that a thread's arena begins with: room for any usual request and its answer.
inline constexpr std::size_t kArenaBlockBytes = 8192;
google::protobuf::ArenaOptions ArenaOver(char* block);

}  // namespace keelson
