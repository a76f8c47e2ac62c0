#include "core/accounts/verify_email.h"

#include "core/accounts/notify_user.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/text.h"
#include "core/events/event_repository.h"

namespace keelson {
namespace {

absl::Status TokenInvalid() {
  return MakeError(Reason::kTokenInvalid,
                   "the token is unknown, superseded or expired: request a new verification e-mail",
                   {{"field", "token"}});
}

}  // namespace

absl::StatusOr<User> VerifyEmail::Handle(const CallContext& context, const Secret& token) {
  const std::string_view trimmed = Trim(token.Reveal());
  if (trimmed.empty()) return FieldErrors().Add("token", "is required").ToStatus();
  const Sha256Digest digest = Sha256(trimmed);
  const absl::Time now = clock_.Now();
  std::optional<User> verified;
  bool newly_verified = false;
  const absl::Status status = store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<TokenOwner> owner,
                     FindTokenOwner(tx, digest, TokenPurpose::kVerifyEmail, now));
    if (!owner) return TokenInvalid();
    verified = owner->user;
    ASSIGN_OR_RETURN(newly_verified, Verify(tx, context, *verified, now));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  if (newly_verified) ++counters_.verifications;
  return *std::move(verified);
}

// Returns false if the address was verified before.
absl::StatusOr<bool> VerifyEmail::Verify(WriteTransaction& tx, const CallContext& context, User& user,
                                         absl::Time now) {
  const bool verified_before = user->email_verify_time.has_value();
  RETURN_IF_ERROR(user.VerifyEmail(now));
  if (verified_before) return false;
  RETURN_IF_ERROR(tx.users().Update(user));
  RETURN_IF_ERROR(
      tx.events().Append(MakeEvent("user.email_verified", user->id.ToString(), user->id, context, now)));
  RETURN_IF_ERROR(NotifyUser(tx, context, ids_, "welcome", user, {}, now));
  return true;
}

absl::Status ResendVerification::Handle(const CallContext& context, const std::string& email) {
  const absl::Time now = clock_.Now();
  return RequestMail(
      store_, context, "verify_email", email, now, policy_.resend_cooldown,
      [](const User& user) { return !user->email_verify_time; },
      [&](WriteTransaction& tx, const User& user) { return verification_.Queue(tx, context, user, now); });
}

}  // namespace keelson
