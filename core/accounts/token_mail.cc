#include "core/accounts/token_mail.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "core/accounts/find_by_address.h"
#include "core/accounts/notify_user.h"
#include "core/common/email_address.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/notifications/message_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {
namespace {

// The templates of the e-mails that a caller can trigger for any address.
constexpr std::array<std::string_view, 4> kCooldownTemplates = {"verify_email", "password_reset",
                                                                "email_change", "account_exists"};

// Stands in for AccountCooldown if no account holds the address.
Fingerprint UnknownAccountCooldown(std::string_view template_name, std::string_view email_key) {
  return FingerprintOf(StrCat(template_name, " unknown ", email_key));
}

}  // namespace

std::string NewToken(Entropy& entropy) {
  std::array<std::byte, 32> bytes;
  entropy.Fill(bytes);
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

absl::StatusOr<TemplateVariables> IssueToken(WriteTransaction& tx, Entropy& entropy, const TokenMail& mail,
                                             const User& user, std::string_view new_email, absl::Time now) {
  const std::string token = NewToken(entropy);
  RETURN_IF_ERROR(tx.tokens().Put(
      {Sha256(token), user->id, mail.purpose, user->email_key, now + mail.ttl, std::string(new_email)}));
  RETURN_IF_ERROR(tx.messages().Supersede(user->id, mail.template_name, now));
  return TemplateVariables{{std::string(kTokenVariable), token},
                           {"expire_hours", StrCat(absl::ToInt64Hours(mail.ttl))}};
}

absl::Status QueueTokenMail(WriteTransaction& tx, const CallContext& context, Entropy& entropy,
                            IdGenerator& ids, const TokenMail& mail, const User& user, absl::Time now) {
  ASSIGN_OR_RETURN(TemplateVariables variables, IssueToken(tx, entropy, mail, user, "", now));
  return NotifyUser(tx, context, ids, mail.template_name, user, std::move(variables), now, now + mail.ttl);
}

absl::Status RevokeToken(WriteTransaction& tx, UserId user_id, TokenPurpose purpose,
                         std::string_view template_name, absl::Time now) {
  RETURN_IF_ERROR(tx.tokens().Delete(user_id, purpose));
  return tx.messages().Supersede(user_id, template_name, now);
}

Found<TokenOwner> FindTokenOwner(WriteTransaction& tx, const Sha256Digest& digest, TokenPurpose purpose,
                                 absl::Time now) {
  ASSIGN_OR_RETURN(std::optional<EmailToken> token, tx.tokens().FindForUpdate(digest));
  if (!token || token->purpose != purpose || token->expire_time <= now) return std::nullopt;
  ASSIGN_OR_RETURN(std::optional<User> user, tx.users().FindForUpdate(token->user_id));
  if (!user || (*user)->email_key != token->email_key) return std::nullopt;
  return TokenOwner{*std::move(token), *std::move(user)};
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
    // Started in every case, so that the number of round trips to the store does not reveal the account.
    const Fingerprint account = user ? AccountCooldown(template_name, (*user)->id)
                                     : UnknownAccountCooldown(template_name, address->key());
    ASSIGN_OR_RETURN(const bool account_free, tx.cooldowns().TryStart(account, now, until));
    if (!account_free || !user || !user->RequireActive().ok() || !wanted(*user)) return absl::OkStatus();
    return queue(tx, *user);
  });
}

}  // namespace keelson
