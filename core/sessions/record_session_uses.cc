#include "core/sessions/record_session_uses.h"

#include "core/sessions/session_repository.h"

namespace keelson {

absl::StatusOr<bool> RecordSessionUses::Handle() {
  const SessionUses::Uses batch = uses_.Take(kBatch);
  if (batch.empty()) return false;
  const absl::Status status = store_.Write(Deadline::After(kStoreTimeout), [&](WriteTransaction& tx) {
    return tx.sessions().RecordUses(batch, policy_.use_precision());
  });
  if (!status.ok()) {
    for (const auto& [id, time] : batch) uses_.Note(id, time);
    return status;
  }
  return uses_.size() > 0;
}

}  // namespace keelson
