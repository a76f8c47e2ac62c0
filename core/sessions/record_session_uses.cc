#include "core/sessions/record_session_uses.h"

#include <optional>

#include "core/common/status_macros.h"
#include "core/sessions/session_repository.h"

namespace keelson {

absl::StatusOr<bool> RecordSessionUses::Handle() {
  const SessionUses::Uses batch = uses_.Take(kBatch);
  if (batch.empty()) return false;
  const absl::Status status =
      store_.Write(Deadline::After(kStoreTimeout), [&](WriteTransaction& tx) { return Record(tx, batch); });
  if (!status.ok()) {
    for (const auto& [id, time] : batch) uses_.Note(id, time);
    return status;
  }
  return uses_.size() > 0;
}

// The batch is sorted by id, so that concurrent calls lock the sessions in the same order.
absl::Status RecordSessionUses::Record(WriteTransaction& tx, const SessionUses::Uses& batch) const {
  for (const auto& [id, time] : batch) {
    ASSIGN_OR_RETURN(std::optional<Session> session, tx.sessions().FindForUpdate(id));
    if (session && session->RecordUse(policy_, time)) RETURN_IF_ERROR(tx.sessions().Update(*session));
  }
  return absl::OkStatus();
}

}  // namespace keelson
