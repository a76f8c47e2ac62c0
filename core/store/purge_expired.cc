#include "core/store/purge_expired.h"

#include "core/common/status_macros.h"
#include "core/store/expiry_repository.h"
#include "core/store/idempotency.h"

namespace keelson {

absl::StatusOr<bool> PurgeExpired::Handle() {
  const absl::Time now = clock_.Now();
  bool more = false;
  const absl::Status status =
      store_.Write(Deadline::After(kStoreTimeout), [&](WriteTransaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(more, tx.expiry().DeleteExpired(
                                   {now, now - kIdempotencyRetention, now - message_retention_}, kBatch));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return more;
}

}  // namespace keelson
