#include "core/accounts/taken_address.h"

#include <string>

#include "core/accounts/notify_user.h"
#include "core/accounts/token_mail.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"

namespace keelson {
namespace {

constexpr std::string_view kAccountExists = "account_exists";

}  // namespace

absl::Status EmailTaken(std::string_view field) {
  return MakeError(Reason::kEmailTaken, "an account with this e-mail address already exists",
                   {{"field", std::string(field)}});
}

absl::Status NotifyAddressHolder(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                                 const User& holder, absl::Time now) {
  return NotifyUser(tx, context, ids, kAccountExists, holder, {}, now);
}

absl::StatusOr<bool> TryStartHolderCooldown(WriteTransaction& tx, const EmailAddress& email,
                                            absl::Duration cooldown, absl::Time now) {
  return tx.cooldowns().TryStart(AddressCooldown(kAccountExists, email.key()), now, now + cooldown);
}

}  // namespace keelson
