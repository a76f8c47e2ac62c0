#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapters/store/sqlite/completion.h"
#include "core/common/condition_variable.h"
#include "core/common/deadline.h"
#include "core/repositories.h"

namespace keelson {

// One unit of work on its way: it lies on its caller's stack until `done`.
struct WriteUnit {
  Deadline deadline;
  Store::WriteWork work;
  absl::Status result;
  Completion done;
};

// The units that wait for the writer, in the order they came. Thread-safe.
class WriteQueue {
 public:
  explicit WriteQueue(std::size_t capacity) : capacity_(capacity) {}

  // RESOURCE_EXHAUSTED (OVERLOADED) where it is full; UNAVAILABLE (SHUTTING_DOWN) once it is closed.
  absl::Status Push(WriteUnit* unit);
  // True where the unit had not been taken, and then it never is.
  bool Withdraw(WriteUnit* unit);

  // Waits until there are units, but no longer than `patience`, and takes at most `max` of them.
  std::vector<WriteUnit*> Take(std::size_t max, absl::Duration patience);
  void Close();
  // Closed, and everything was taken.
  bool drained() const;

 private:
  bool Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closed_ || !units_.empty(); }

  const std::size_t capacity_;
  mutable absl::Mutex mutex_;
  ConditionVariable filled_;
  std::deque<WriteUnit*> units_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace keelson
