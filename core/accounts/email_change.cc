#include "core/accounts/email_change.h"

#include <optional>
#include <utility>

#include "core/accounts/active_user.h"
#include "core/accounts/find_by_address.h"
#include "core/accounts/notify_user.h"
#include "core/accounts/taken_address.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/text.h"
#include "core/events/event_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {
namespace {

absl::Status ChangeTokenInvalid() {
  return MakeError(Reason::kTokenInvalid,
                   "the token is unknown, used, superseded or expired: start the change of the address again",
                   {{"field", "token"}});
}

// Changes the address of the token's user. Finds a taken address before the store's unique key does, because
// the holder may have a former key. Needs no lock on the holder: if both accounts change concurrently, the
// unique key decides.
absl::Status ApplyEmailChange(WriteTransaction& tx, const CallContext& context, const EmailToken& token,
                              User& user, absl::Time now) {
  const absl::StatusOr<EmailAddress> new_email = EmailAddress::Parse(token.new_email);
  if (!new_email.ok()) return absl::InternalError("the stored address of an e-mail change is invalid");
  RETURN_IF_ERROR(user.ChangeEmail(*new_email, now));
  ASSIGN_OR_RETURN(const std::optional<User> holder, FindByAddress(tx.users(), *new_email));
  if (holder && (*holder)->id != user->id) return EmailTaken("token");
  RETURN_IF_ERROR(tx.users().Update(user));
  RETURN_IF_ERROR(RevokeToken(tx, user->id, TokenPurpose::kChangeEmail, "email_change", now));
  RETURN_IF_ERROR(RevokeToken(tx, user->id, TokenPurpose::kVerifyEmail, "verify_email", now));
  RETURN_IF_ERROR(RevokeToken(tx, user->id, TokenPurpose::kResetPassword, "password_reset", now));
  return tx.events().Append(MakeEvent("user.email_changed", user->id.ToString(), user->id, context, now));
}

}  // namespace

absl::Status StartEmailChange::Handle(const CallContext& context, const StartEmailChangeCommand& command) {
  FieldErrors errors;
  CheckRequestId(command.request_id, errors);
  const std::optional<UserId> user_id = UserId::Parse(command.user_id);
  if (!user_id) errors.Add("user_id", InvalidId<UserKind>());
  const absl::StatusOr<EmailAddress> new_email = EmailAddress::Parse(command.new_email);
  if (!new_email.ok()) errors.Add("new_email", std::string(new_email.status().message()));
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter content;
  content(*user_id), content(command.new_email);
  const Idempotency call(context, "StartEmailChange", command.request_id, content.Take());
  const absl::Time now = clock_.Now();
  const auto start = [&](WriteTransaction& tx) -> absl::StatusOr<EmptyResponse> {
    RETURN_IF_ERROR(Start(tx, context, *user_id, *new_email, now));
    return EmptyResponse{};
  };
  return ExecuteIdempotently<EmptyResponse>(store_, context, call, now, start).status();
}

absl::Status StartEmailChange::Start(WriteTransaction& tx, const CallContext& context, UserId user_id,
                                     const EmailAddress& new_email, absl::Time now) {
  ASSIGN_OR_RETURN(const User user, RequireActiveUser(tx.users().FindForUpdate(user_id)));
  // Without a lock: two accounts that change to each other's address would deadlock.
  ASSIGN_OR_RETURN(const std::optional<User> holder, FindByAddress(tx.users(), new_email));
  if (holder && (*holder)->id == user_id) {
    return FieldErrors().Add("new_email", "must not be the account's current address").ToStatus();
  }
  if (holder && !policy_.conceal_existing_email) return EmailTaken("new_email");
  ASSIGN_OR_RETURN(const bool cooldowns_over, TryStartCooldowns(tx, user_id, new_email, now));
  if (!cooldowns_over) return absl::OkStatus();

  ASSIGN_OR_RETURN(TemplateVariables variables, IssueToken(tx, entropy_, mail_, user, new_email.text(), now));
  ASSIGN_OR_RETURN(const bool holder_cooldown_over,
                   TryStartHolderCooldown(tx, new_email, policy_.resend_cooldown, now));
  if (!holder) {
    User confirmed = user;
    RETURN_IF_ERROR(confirmed.ChangeEmail(new_email, now));
    RETURN_IF_ERROR(NotifyUser(tx, context, ids_, mail_.template_name, confirmed, std::move(variables), now,
                               now + mail_.ttl));
  } else if (holder_cooldown_over) {
    RETURN_IF_ERROR(NotifyAddressHolder(tx, context, ids_, *holder, now));
  }
  RETURN_IF_ERROR(
      NotifyUser(tx, context, ids_, "email_change_notice", user, {{"new_email", new_email.text()}}, now));
  return tx.events().Append(
      MakeEvent("user.email_change_started", user_id.ToString(), user_id, context, now));
}

// Starts the cooldown of the account first: a call that this cooldown suppresses must not delay the next call
// for the new address.
absl::StatusOr<bool> StartEmailChange::TryStartCooldowns(WriteTransaction& tx, UserId user_id,
                                                         const EmailAddress& new_email,
                                                         absl::Time now) const {
  const absl::Time until = now + policy_.resend_cooldown;
  ASSIGN_OR_RETURN(const bool account_free,
                   tx.cooldowns().TryStart(AccountCooldown(mail_.template_name, user_id), now, until));
  if (!account_free) return false;
  return tx.cooldowns().TryStart(AddressCooldown(mail_.template_name, new_email.key()), now, until);
}

absl::StatusOr<User> ConfirmEmailChange::Handle(const CallContext& context, const Secret& token) {
  const std::string_view trimmed = Trim(token.Reveal());
  if (trimmed.empty()) return FieldErrors().Add("token", "is required").ToStatus();
  const Sha256Digest digest = Sha256(trimmed);
  const absl::Time now = clock_.Now();
  std::optional<User> changed;
  RETURN_IF_ERROR(store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<TokenOwner> owner,
                     FindTokenOwner(tx, digest, TokenPurpose::kChangeEmail, now));
    if (!owner) return ChangeTokenInvalid();
    changed = owner->user;
    return ApplyEmailChange(tx, context, owner->token, *changed, now);
  }));
  return *std::move(changed);
}

}  // namespace keelson
