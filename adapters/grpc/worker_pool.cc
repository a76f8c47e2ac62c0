#include "adapters/grpc/worker_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace keelson {

google::protobuf::ArenaOptions ArenaOver(char* block) {
  google::protobuf::ArenaOptions options;
  options.initial_block = block;
  options.initial_block_size = kArenaBlockBytes;
  return options;
}

WorkerPool::WorkerPool(const Limits& limits, RunJobs run)
    : max_threads_(static_cast<std::size_t>(limits.threads)),
      max_queued_(static_cast<std::size_t>(limits.queued)),
      max_batch_(static_cast<std::size_t>(limits.batch)),
      run_(std::move(run)) {}

WorkerPool::~WorkerPool() {
  Stop();
}

void WorkerPool::RunEach(const Jobs& jobs, google::protobuf::Arena& arena) {
  for (Job* job : jobs) job->Run(arena);
}

bool WorkerPool::Submit(Job* job) {
  absl::MutexLock lock(&mutex_);
  if (stopped_) return false;
  if (jobs_.size() >= threads_.size() - busy_ && !StartThread()) {
    // No thread is free, so the job must wait in the queue. Rejects the job if the queue is full, or if there
    // is no thread at all.
    const std::size_t idle = threads_.size() - busy_;
    if (threads_.empty() || jobs_.size() >= idle + max_queued_) return false;
  }
  jobs_.push_back(job);
  changed_.Signal();
  return true;
}

bool WorkerPool::StartThread() {
  if (threads_.size() >= max_threads_) return false;
  try {
    threads_.emplace_back([this] { Work(); });
    return true;
  } catch (const std::system_error&) {
    // The system can't start another thread: jobs wait in the queue for the existing threads.
    return false;
  }
}

void WorkerPool::Work() {
  alignas(std::max_align_t) char block[kArenaBlockBytes];
  google::protobuf::Arena arena(ArenaOver(block));
  Jobs jobs;
  for (Next(jobs); !jobs.empty(); Next(jobs)) {
    run_(jobs, arena);
    for (Job* job : jobs) job->Finish();
    arena.Reset();
  }
}

void WorkerPool::Next(Jobs& jobs) {
  absl::MutexLock lock(&mutex_);
  if (!jobs.empty()) --busy_;
  while (jobs_.empty() && !stopped_) changed_.Wait(&mutex_);
  const auto end = jobs_.begin() + static_cast<std::ptrdiff_t>(std::min(jobs_.size(), max_batch_));
  jobs.assign(jobs_.begin(), end);
  jobs_.erase(jobs_.begin(), end);
  if (!jobs.empty()) ++busy_;
}

void WorkerPool::Stop() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    threads = std::exchange(threads_, {});
    changed_.SignalAll();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace keelson
