#include "core/accounts/token_mail.h"

#include <array>
#include <cstddef>
#include <optional>

#include "absl/strings/escaping.h"
#include "core/accounts/find_by_address.h"
#include "core/accounts/notify_user.h"
#include "core/accounts/user_repository.h"
#include "core/common/email_address.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/notifications/message_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {
namespace {

// The templates of the e-mails that any caller can trigger.
constexpr std::array<std::string_view, 3> kCooldownTemplates = {"verify_email", "password_reset",
                                                                "account_exists"};

}  // namespace

std::string NewToken(Entropy& entropy) {
  std::array<std::byte, 32> bytes;
  entropy.Fill(bytes);
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

absl::Status QueueTokenMail(WriteTransaction& tx, const CallContext& context, Entropy& entropy,
                            IdGenerator& ids, const TokenMail& mail, const User& user, absl::Time now) {
  const std::string token = NewToken(entropy);
  const absl::Time expire_time = now + mail.ttl;
  RETURN_IF_ERROR(tx.tokens().Put({Sha256(token), user->id, mail.purpose, user->email_key, expire_time}));
  RETURN_IF_ERROR(tx.messages().Supersede(user->id, mail.template_name, now));
  return NotifyUser(
      tx, context, ids, mail.template_name, user,
      {{std::string(kTokenVariable), token}, {"expire_hours", StrCat(absl::ToInt64Hours(mail.ttl))}}, now,
      expire_time);
}

Fingerprint AddressCooldown(std::string_view template_name, std::string_view email_key) {
  return FingerprintOf(StrCat(template_name, " address ", email_key));
}

Fingerprint AccountCooldown(std::string_view template_name, UserId user_id) {
  return FingerprintOf(StrCat(template_name, " account ", user_id.ToString()));
}

absl::Status ClearCooldowns(WriteTransaction& tx, const User& user) {
  // The stored key may be a former key of the address, see FindByAddress.
  const std::string key = EmailAddress::Parse(user->email).value_or(EmailAddress()).key();
  for (const std::string_view template_name : kCooldownTemplates) {
    for (const Fingerprint& cooldown :
         {AddressCooldown(template_name, key), AddressCooldown(template_name, user->email_key),
          AccountCooldown(template_name, user->id)}) {
      RETURN_IF_ERROR(tx.cooldowns().Delete(cooldown));
    }
  }
  return absl::OkStatus();
}

absl::Status RequestMail(Store& store, const CallContext& context, std::string_view template_name,
                         std::string_view email, absl::Time now, absl::Duration cooldown,
                         absl::FunctionRef<bool(const User&)> wanted,
                         absl::FunctionRef<absl::Status(WriteTransaction&, const User&)> queue) {
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(email);
  if (!address.ok()) return FieldErrors().Add("email", std::string(address.status().message())).ToStatus();
  const absl::Time until = now + cooldown;
  return store.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const bool address_free,
                     tx.cooldowns().TryStart(AddressCooldown(template_name, address->key()), now, until));
    if (!address_free) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::optional<User> user, FindByAddressForUpdate(tx.users(), *address));
    if (!user || !user->RequireActive().ok() || !wanted(*user)) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool account_free,
                     tx.cooldowns().TryStart(AccountCooldown(template_name, (*user)->id), now, until));
    return account_free ? queue(tx, *user) : absl::OkStatus();
  });
}

}  // namespace keelson
