#pragma once

#include <condition_variable>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/deadline.h"

namespace keelson {

// A condition variable for absl::Mutex whose timed waits are measured by the monotonic clock.
//
// absl::CondVar, absl::Mutex and absl::Notification (20220623) convert every timeout to CLOCK_REALTIME: a
// wait in progress is prolonged by as much as the system's clock is set back. Timed waits therefore use this
// class; waits without a timeout may use either.
//
// Thread-safe. Waits may return spuriously, so callers check their condition in a loop.
class ConditionVariable {
 public:
  // Releases `mutex`, blocks until a signal, and acquires `mutex` again.
  void Wait(absl::Mutex* mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    Lockable lockable{mutex};
    changed_.wait(lockable);
  }
  // Like Wait, until `deadline` at most. Returns false when the deadline expired.
  bool WaitUntil(absl::Mutex* mutex, Deadline deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    Lockable lockable{mutex};
    return changed_.wait_until(lockable, deadline.time()) == std::cv_status::no_timeout;
  }

  void Signal() { changed_.notify_one(); }
  void SignalAll() { changed_.notify_all(); }

 private:
  // Gives absl::Mutex the method names that std::condition_variable_any calls. The methods are excluded from
  // the thread safety analysis, which treats the mutex as held during the whole wait.
  struct Lockable {
    absl::Mutex* mutex;
    void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Lock(); }
    void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Unlock(); }
  };

  std::condition_variable_any changed_;
};

}  // namespace keelson
