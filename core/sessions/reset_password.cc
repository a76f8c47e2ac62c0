#include "core/sessions/reset_password.h"

#include <optional>
#include <string>

#include "core/accounts/password_policy.h"
#include "core/accounts/token_mail.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/text.h"

namespace keelson {
namespace {

constexpr std::string_view kPasswordField = "new_password";

absl::Status ResetTokenInvalid() {
  return MakeError(Reason::kTokenInvalid,
                   "the token is unknown, used, superseded or expired: request a new password reset e-mail",
                   {{"field", "token"}});
}

// Returns the active user to whom the token was sent, and locks the token and the user.
absl::StatusOr<User> FindOwner(WriteTransaction& tx, const Sha256Digest& digest, absl::Time now) {
  ASSIGN_OR_RETURN(std::optional<TokenOwner> owner,
                   FindTokenOwner(tx, digest, TokenPurpose::kResetPassword, now));
  if (!owner) return ResetTokenInvalid();
  RETURN_IF_ERROR(owner->user.RequireActive());
  return std::move(owner->user);
}

}  // namespace

absl::Status ResetPassword::Handle(const CallContext& context, const ResetPasswordCommand& command) {
  FieldErrors errors;
  const std::string_view token = Trim(command.token.Reveal());
  if (token.empty()) errors.Add("token", "is required");
  const std::optional<Secret> password =
      CheckPassword(kPasswordField, command.new_password, policy_.password_min_length, errors);
  if (!errors.empty()) return errors.ToStatus();

  const Sha256Digest digest = Sha256(token);
  // Before the slow password hash, checks the token and the rules that depend on the user. The Write below
  // checks the token again.
  RETURN_IF_ERROR(store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const User user, FindOwner(tx, digest, clock_.Now()));
    FieldErrors own_name;
    CheckNotOwnName(kPasswordField, *password, user->email, user->display_name, own_name);
    return own_name.ToStatus();
  }));
  ASSIGN_OR_RETURN(const std::string hash, hasher_.Hash(*password, context.deadline));
  const absl::Time now = clock_.Now();
  return store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const User user, FindOwner(tx, digest, now));
    return replace_password_.Apply(tx, context, user, hash, "password_reset", std::nullopt, now);
  });
}

}  // namespace keelson
