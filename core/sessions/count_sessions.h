#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/sessions/session_policy.h"
#include "core/store/store.h"

namespace keelson {

// Counts the active sessions of the store for metrics. A background job calls Handle about once a minute,
// because the count reads every session. Thread-safe.
class CountSessions {
 public:
  static constexpr absl::Duration kStoreTimeout = absl::Seconds(30);

  CountSessions(Store& store, Clock& clock, const SessionPolicy& policy)
      : store_(store), clock_(clock), policy_(policy) {}

  // Counts the sessions. Blocks.
  absl::Status Handle();
  // The result of the last successful Handle; 0 before. Does not block.
  std::int64_t active() const { return active_; }

 private:
  Store& store_;
  Clock& clock_;
  const SessionPolicy policy_;
  std::atomic<std::int64_t> active_ = 0;
};

}  // namespace keelson
