#pragma once

#include <cstddef>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/common/id.h"

namespace keelson {

// The uses of sessions that are not yet stored: IntrospectSession notes them, RecordSessionUses stores them
// in the background. Bounded; holds one use of a session. Thread-safe; does not block on I/O.
class SessionUses {
 public:
  // About 8 MiB. Beyond this number a use is dropped. The session's next use is noted again, because its
  // stored last_use_time stays old.
  static constexpr std::size_t kCapacity = 100'000;

  using Uses = std::map<SessionId, absl::Time>;

  void Note(SessionId id, absl::Time time);
  // Removes and returns at most `limit` uses.
  Uses Take(std::size_t limit);
  std::size_t size() const;

 private:
  mutable absl::Mutex mutex_;
  Uses uses_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
