#include "adapters/store/sqlite/write_queue.h"

#include <algorithm>

#include "core/common/error.h"

namespace keelson {

absl::Status WriteQueue::Push(WriteUnit* unit) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return MakeError(Reason::kShuttingDown, "the store is closing");
  if (units_.size() >= capacity_)
    return MakeError(Reason::kOverloaded, "the write queue is full: retry later");
  units_.push_back(unit);
  // The writer thread waits only while the queue is empty: only the first unit needs a signal.
  if (units_.size() == 1) filled_.Signal();
  return absl::OkStatus();
}

bool WriteQueue::Withdraw(WriteUnit* unit) {
  absl::MutexLock lock(&mutex_);
  const auto found = std::find(units_.begin(), units_.end(), unit);
  if (found == units_.end()) return false;
  units_.erase(found);
  return true;
}

std::vector<WriteUnit*> WriteQueue::Take(std::size_t max, absl::Duration patience) {
  const Deadline deadline = Deadline::After(patience);
  absl::MutexLock lock(&mutex_);
  while (!Ready() && filled_.WaitUntil(&mutex_, deadline)) {
  }
  const auto last = units_.begin() + static_cast<std::ptrdiff_t>(std::min(max, units_.size()));
  std::vector<WriteUnit*> taken(units_.begin(), last);
  units_.erase(units_.begin(), last);
  return taken;
}

void WriteQueue::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  filled_.Signal();
}

bool WriteQueue::drained() const {
  absl::MutexLock lock(&mutex_);
  return closed_ && units_.empty();
}

}  // namespace keelson
