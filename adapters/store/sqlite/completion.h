#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/condition_variable.h"
#include "core/common/deadline.h"

namespace keelson {

// A one-time notification from one thread to another that a work item is complete. Thread-safe. The waiter
// may destroy the object as soon as WaitUntil has returned true.
class Completion {
 public:
  Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;
  // Waits until a running Notify has released the mutex.
  ~Completion() { const absl::MutexLock lock(&mutex_); }

  void Notify() {
    const absl::MutexLock lock(&mutex_);
    complete_ = true;
    changed_.Signal();
  }

  // Blocks until Notify was called. Returns false when `deadline` expired first.
  bool WaitUntil(Deadline deadline) {
    const absl::MutexLock lock(&mutex_);
    while (!complete_ && changed_.WaitUntil(&mutex_, deadline)) {
    }
    return complete_;
  }

 private:
  absl::Mutex mutex_;
  ConditionVariable changed_;
  bool complete_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace keelson
