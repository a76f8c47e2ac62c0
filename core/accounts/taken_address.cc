#include "core/accounts/taken_address.h"

#include <string>

#include "core/accounts/notify_user.h"
#include "core/accounts/token_mail.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"

namespace keelson {

absl::Status EmailTaken(std::string_view field) {
  return MakeError(Reason::kEmailTaken, "an account with this e-mail address already exists",
                   {{"field", std::string(field)}});
}

absl::Status NotifyAddressHolder(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                                 const User& holder, absl::Duration cooldown, absl::Time now) {
  constexpr std::string_view kTemplate = "account_exists";
  ASSIGN_OR_RETURN(
      const bool cooldown_over,
      tx.cooldowns().TryStart(AddressCooldown(kTemplate, holder->email_key), now, now + cooldown));
  if (!cooldown_over) return absl::OkStatus();
  return NotifyUser(tx, context, ids, kTemplate, holder, {}, now);
}

}  // namespace keelson
