#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/sessions/session_policy.h"
#include "core/sessions/session_uses.h"
#include "core/store/store.h"

namespace keelson {

// Stores the last use of sessions that IntrospectSession has noted. A background job calls it every few
// seconds, well within SessionPolicy::use_precision. Thread-safe.
class RecordSessionUses {
 public:
  // Large, because each commit invalidates what SQLite's readers have cached.
  static constexpr std::size_t kBatch = 2000;
  static constexpr absl::Duration kStoreTimeout = absl::Seconds(30);

  RecordSessionUses(Store& store, SessionUses& uses, const SessionPolicy& policy)
      : store_(store), uses_(uses), policy_(policy) {}
  // Stores one batch. Blocks. Returns true if more uses are noted. After an error of the store, the uses stay
  // noted.
  absl::StatusOr<bool> Handle();

 private:
  Store& store_;
  SessionUses& uses_;
  const SessionPolicy policy_;
};

}  // namespace keelson
