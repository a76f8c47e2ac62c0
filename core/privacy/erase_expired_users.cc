#include "core/privacy/erase_expired_users.h"

#include <string>
#include <utility>
#include <vector>

#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/privacy/erase_user.h"

namespace keelson {

absl::StatusOr<bool> EraseExpiredUsers::Handle() {
  const absl::Time now = clock_.Now();
  const CallContext context{std::string(kSystem), "", "", Deadline::After(kRunTimeout)};
  ASSIGN_OR_RETURN(const std::vector<User> due, ListDue(now, context.deadline));
  for (const User& user : due) {
    // Before the attempt: a user that fails is tried again in the next pass.
    after_ = ListPosition{*user->purge_time, user->id.uuid()};
    const absl::Status status = Erase(context, user->id, now);
    if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) return status;
    if (!status.ok()) {
      log_.Write(Severity::kError, "user.not_erased",
                 "a deleted user whose retention period has expired could not be erased",
                 {{"user_id", user->id.ToString()}, {"error", status.ToString()}});
    }
  }
  const bool more = static_cast<int>(due.size()) == kBatch;
  if (!more) after_.reset();
  return more;
}

absl::StatusOr<std::vector<User>> EraseExpiredUsers::ListDue(absl::Time now, Deadline deadline) {
  std::vector<User> due;
  RETURN_IF_ERROR(store_.Read(deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(due, tx.users().ListPurgeable(now, after_, kBatch));
    return absl::OkStatus();
  }));
  return due;
}

absl::Status EraseExpiredUsers::Erase(const CallContext& context, UserId id, absl::Time now) {
  return store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(std::optional<User> user, tx.users().FindForUpdate(id));
    // Another process has erased the user, or UndeleteUser has restored the user.
    if (!user || !user->is_purgeable(now)) return absl::OkStatus();
    RETURN_IF_ERROR(ErasePersonalData(tx, context, sessions_, *user, now));
    RETURN_IF_ERROR(tx.users().Update(*user));
    return tx.events().Append(MakeEvent("user.erased", id.ToString(), id, context, now,
                                        EventPayload().Add("reason", "the retention period has expired")));
  });
}

}  // namespace keelson
