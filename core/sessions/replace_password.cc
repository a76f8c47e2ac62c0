#include "core/sessions/replace_password.h"

#include "core/accounts/notify_user.h"
#include "core/accounts/token_mail.h"
#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/sessions/sign_in_attempt.h"

namespace keelson {

absl::Status ReplacePassword::Apply(WriteTransaction& tx, const CallContext& context, const User& user,
                                    std::string_view password_hash, std::string_view cause,
                                    std::optional<SessionId> keep, absl::Time now) {
  RETURN_IF_ERROR(tx.users().SetPasswordHash(user->id, password_hash));
  RETURN_IF_ERROR(RevokeToken(tx, user->id, TokenPurpose::kResetPassword, "password_reset", now));
  RETURN_IF_ERROR(RevokeToken(tx, user->id, TokenPurpose::kChangeEmail, "email_change", now));
  RETURN_IF_ERROR(ClearThrottle(tx, user));
  RETURN_IF_ERROR(
      tx.events().Append(MakeEvent(StrCat("user.", cause), user->id.ToString(), user->id, context, now)));
  RETURN_IF_ERROR(end_sessions_.RevokeAllExcept(tx, context, user->id, keep, cause, now).status());
  return NotifyUser(tx, context, ids_, "password_changed", user, {}, now);
}

}  // namespace keelson
