#include "core/privacy/erase_user.h"

#include "core/accounts/token_mail.h"
#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/notifications/message_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/sessions/sign_in_attempt.h"
#include "core/store/idempotency_repository.h"

namespace keelson {

absl::Status ErasePersonalData(WriteTransaction& tx, const CallContext& context, SessionRevoker& sessions,
                               User& user, absl::Time now) {
  const User before = user;
  const UserId id = user->id;
  RETURN_IF_ERROR(user.Erase(now));
  // Before FindForErasure: transactions that hold a refund may wait for the user, to insert a message.
  RETURN_IF_ERROR(tx.refunds().EraseNotes(id, now));
  // Waits for transactions that are inserting messages to the user, so that DeleteOfUser sees them.
  RETURN_IF_ERROR(tx.users().FindForErasure(id).status());
  RETURN_IF_ERROR(sessions.RevokeAll(tx, context, id, "erased", now).status());
  RETURN_IF_ERROR(ClearThrottle(tx, before));
  RETURN_IF_ERROR(ClearCooldowns(tx, before));
  RETURN_IF_ERROR(tx.tokens().DeleteAll(id));
  RETURN_IF_ERROR(tx.messages().DeleteOfUser(id, before->email_key));
  return tx.idempotency().EraseUser(id);
}

absl::StatusOr<User> EraseUser::Handle(const CallContext& context, const UserStepCommand& command) {
  const absl::Time now = clock_.Now();
  return TakeUserStep(
      store_, context, "EraseUser", "user.erased", command, now,
      [&](WriteTransaction& tx, User& user) { return ErasePersonalData(tx, context, sessions_, user, now); });
}

}  // namespace keelson
