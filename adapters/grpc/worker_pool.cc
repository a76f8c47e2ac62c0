#include "adapters/grpc/worker_pool.h"

#include <system_error>
#include <utility>

namespace keelson {

google::protobuf::ArenaOptions ArenaOver(char* block) {
  google::protobuf::ArenaOptions options;
  options.initial_block = block;
  options.initial_block_size = kArenaBlockBytes;
  return options;
}

WorkerPool::WorkerPool(int max_threads, int max_queued)
    : max_threads_(static_cast<std::size_t>(max_threads)),
      max_queued_(static_cast<std::size_t>(max_queued)) {}

WorkerPool::~WorkerPool() {
  Stop();
}

bool WorkerPool::Submit(Job* job) {
  absl::MutexLock lock(&mutex_);
  if (stopped_) return false;
  if (jobs_.size() >= threads_.size() - busy_ && !StartThread()) {
    // No thread is free for it: it waits in the queue, where there is room and a thread at all.
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
    // The system has no thread to give: those there are go on, and the queue fills.
    return false;
  }
}

void WorkerPool::Work() {
  alignas(std::max_align_t) char block[kArenaBlockBytes];
  google::protobuf::Arena arena(ArenaOver(block));
  for (Job* job = Next(0); job != nullptr; job = Next(1)) {
    job->Run(arena);
    arena.Reset();
  }
}

WorkerPool::Job* WorkerPool::Next(std::size_t finished) {
  absl::MutexLock lock(&mutex_);
  busy_ -= finished;
  while (jobs_.empty() && !stopped_) changed_.Wait(&mutex_);
  if (jobs_.empty()) return nullptr;
  Job* job = jobs_.front();
  jobs_.pop_front();
  ++busy_;
  return job;
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
