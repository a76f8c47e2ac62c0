#include "core/accounts/verify_email.h"

#include "core/accounts/find_by_address.h"
#include "core/accounts/notify_user.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/text.h"
#include "core/events/event_repository.h"

namespace keelson {
namespace {

absl::Status TokenInvalid() {
  return MakeError(Reason::kTokenInvalid, "the token is unknown, superseded or expired",
                   {{"field", "token"}});
}

}  // namespace

absl::StatusOr<User> VerifyEmail::Handle(const CallContext& context, const Secret& token) {
  const std::string_view trimmed = Trim(token.Reveal());
  if (trimmed.empty()) return FieldErrors().Add("token", "is required").ToStatus();
  const Sha256Digest digest = Sha256(trimmed);
  const absl::Time now = clock_.Now();
  std::optional<User> verified;
  const absl::Status status = store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    const Found<EmailToken> found = tx.tokens().FindForUpdate(digest);
    if (!found.ok()) return found.status();
    if (!*found || (*found)->expire_time <= now) return TokenInvalid();
    Found<User> user = tx.users().FindForUpdate((*found)->user_id);
    if (!user.ok()) return user.status();
    if (!*user || (**user)->email_key != (*found)->email_key) return TokenInvalid();
    verified = std::move(*user);
    return Verify(tx, context, *verified, now);
  });
  if (!status.ok()) return status;
  return *std::move(verified);
}

absl::Status VerifyEmail::Verify(WriteTransaction& tx, const CallContext& context, User& user,
                                 absl::Time now) {
  const bool verified_before = user->email_verify_time.has_value();
  absl::Status status = user.VerifyEmail(now);
  if (!status.ok() || verified_before) return status;
  if (status = tx.users().Update(user); !status.ok()) return status;
  status = tx.events().Append(MakeEvent("user.email_verified", user->id.ToString(), user->id, context, now));
  if (!status.ok()) return status;
  return NotifyUser(tx, context, ids_, "welcome", user, {}, now);
}

absl::Status ResendVerification::Handle(const CallContext& context, const std::string& email) {
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(email);
  if (!address.ok()) return FieldErrors().Add("email", std::string(address.status().message())).ToStatus();
  const absl::Time now = clock_.Now();
  const absl::Time until = now + policy_.resend_cooldown;
  return store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    const absl::StatusOr<bool> address_free =
        tx.cooldowns().TryStart(AddressCooldown(address->key()), now, until);
    if (!address_free.ok() || !*address_free) return address_free.status();
    const Found<User> user = FindByAddressForUpdate(tx.users(), *address);
    if (!user.ok()) return user.status();
    if (!*user || (**user)->email_verify_time || (**user)->state != UserState::kActive)
      return absl::OkStatus();
    const absl::StatusOr<bool> account_free =
        tx.cooldowns().TryStart(AccountCooldown((**user)->id), now, until);
    if (!account_free.ok() || !*account_free) return account_free.status();
    return verification_.Queue(tx, context, **user, now);
  });
}

}  // namespace keelson
