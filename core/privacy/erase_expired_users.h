#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/session_revoker.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/deadline.h"
#include "core/common/id.h"
#include "core/common/list_position.h"
#include "core/common/log.h"
#include "core/store/store.h"

namespace keelson {

// Erases the deleted users whose retention period has expired (purge_time), one transaction each. Any number
// of processes may run EraseExpiredUsers concurrently; each user is erased once. Not thread-safe.
class EraseExpiredUsers {
 public:
  // Maximum number of users that Handle erases.
  static constexpr int kBatch = 100;
  static constexpr absl::Duration kRunTimeout = absl::Seconds(30);

  EraseExpiredUsers(Store& store, Clock& clock, SessionRevoker& sessions, Log& log)
      : store_(store), clock_(clock), sessions_(sessions), log_(log) {}

  // Erases one batch. Blocks, at most until kRunTimeout. Returns true if more users may be due. A user that
  // can't be erased is logged and does not delay other users; the pass after the last batch tries again.
  // Returns an error if the store is unavailable.
  absl::StatusOr<bool> Handle();

 private:
  absl::StatusOr<std::vector<User>> ListDue(absl::Time now, Deadline deadline);
  absl::Status Erase(const CallContext& context, UserId id, absl::Time now);

  Store& store_;
  Clock& clock_;
  SessionRevoker& sessions_;
  Log& log_;
  // The last user that this pass has handled; unset before the first.
  std::optional<ListPosition> after_;
};

}  // namespace keelson
