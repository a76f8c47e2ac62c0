#include "core/store/purge_expired.h"

#include "core/store/expiry_repository.h"
#include "core/store/idempotency.h"

namespace keelson {

absl::StatusOr<bool> PurgeExpired::Handle() {
  const absl::Time now = clock_.Now();
  bool more = false;
  const absl::Status status =
      store_.Write(Deadline::After(kStoreTimeout), [&](WriteTransaction& tx) -> absl::Status {
        absl::StatusOr<bool> left =
            tx.expiry().DeleteExpired({now, now - kIdempotencyRetention, now - message_retention_}, kBatch);
        if (left.ok()) more = *left;
        return left.status();
      });
  if (!status.ok()) return status;
  return more;
}

}  // namespace keelson
