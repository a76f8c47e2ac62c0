#include "core/sessions/session_uses.h"

#include <algorithm>

namespace keelson {

void SessionUses::Note(SessionId id, absl::Time time) {
  absl::MutexLock lock(&mutex_);
  const auto known = uses_.find(id);
  if (known != uses_.end()) {
    known->second = std::max(known->second, time);
  } else if (uses_.size() < kCapacity) {
    uses_.emplace(id, time);
  }
}

SessionUses::Uses SessionUses::Take(std::size_t limit) {
  absl::MutexLock lock(&mutex_);
  Uses taken;
  while (taken.size() < limit && !uses_.empty()) taken.insert(taken.end(), uses_.extract(uses_.begin()));
  return taken;
}

std::size_t SessionUses::size() const {
  absl::MutexLock lock(&mutex_);
  return uses_.size();
}

}  // namespace keelson
