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

// One queued unit of work. A local variable of the calling thread, which waits for `done`.
struct WriteUnit {
  Deadline deadline;
  Store::WriteWork work;
  absl::Status result;
  Completion done;
};

// The bounded queue of units of work between the callers and the writer thread: first in, first out.
// Thread-safe.
class WriteQueue {
 public:
  explicit WriteQueue(std::size_t capacity) : capacity_(capacity) {}

  // Adds a unit. RESOURCE_EXHAUSTED (OVERLOADED) if the queue is full; UNAVAILABLE (SHUTTING_DOWN) if the
  // queue is closed.
  absl::Status Push(WriteUnit* unit);
  // Removes a unit from the queue, for example at its deadline. Returns false if the writer has already taken
  // the unit.
  bool Withdraw(WriteUnit* unit);

  // Blocks until the queue holds a unit or is closed, at most for `patience`. Takes up to `max` units; none
  // after a timeout.
  std::vector<WriteUnit*> Take(std::size_t max, absl::Duration patience);
  // Rejects further units. Units in the queue can still be taken.
  void Close();
  // True if the queue is closed and empty.
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
