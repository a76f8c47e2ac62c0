#include "core/sessions/change_password.h"

#include <utility>

#include "core/accounts/active_user.h"
#include "core/accounts/password_policy.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/sessions/sign_in_attempt.h"
#include "core/store/list_query.h"

namespace keelson {
namespace {

constexpr std::string_view kNewPasswordField = "new_password";

// Excludes the passwords, because a fast hash of a password must not be stored.
std::string ContentOf(UserId user_id, std::optional<SessionId> keep) {
  FieldWriter content;
  content(user_id), content(keep);
  return content.Take();
}

}  // namespace

// A valid command, with the passwords in the form that is hashed.
struct ChangePassword::ValidatedChange {
  UserId user_id;
  Secret current_password;
  Secret new_password;
  std::optional<SessionId> keep;
};

// An attempt that was counted, and the hash that the current password must match.
struct ChangePassword::CountedAttempt {
  SignInAttempt attempt;
  PasswordCandidate candidate;
};

absl::StatusOr<ChangePassword::ValidatedChange> ChangePassword::Check(
    const ChangePasswordCommand& command) const {
  FieldErrors errors;
  ValidatedChange change;
  CheckRequestId(command.request_id, errors);
  const std::optional<UserId> user_id = UserId::Parse(command.user_id);
  if (!user_id) errors.Add("user_id", InvalidId<UserKind>());
  if (command.current_password.empty()) errors.Add("current_password", "is required");
  std::optional<Secret> current = NormalizePassword("current_password", command.current_password, errors);
  std::optional<Secret> chosen =
      CheckPassword(kNewPasswordField, command.new_password, policy_.password_min_length, errors);
  change.keep = CheckOptionalId<SessionKind>("keep_session_id", command.keep_session_id, errors);
  if (!errors.empty()) return errors.ToStatus();
  change.user_id = *user_id;
  change.current_password = *std::move(current);
  change.new_password = *std::move(chosen);
  return change;
}

absl::Status ChangePassword::Handle(const CallContext& context, const ChangePasswordCommand& command) {
  ASSIGN_OR_RETURN(const ValidatedChange change, Check(command));
  const Idempotency call(context, "ChangePassword", command.request_id,
                         ContentOf(change.user_id, change.keep));
  const absl::Time now = clock_.Now();
  ASSIGN_OR_RETURN(std::optional<CountedAttempt> counted, Count(context, change, call, now));
  if (!counted) return absl::OkStatus();  // a repeated call
  while (true) {
    RETURN_IF_ERROR(
        verifier_.Verify(context, change.current_password, counted->candidate, counted->attempt, now));
    const absl::StatusOr<bool> finished = Finish(context, change, call, counted->candidate);
    if (!finished.ok()) {
      verifier_.TakeBack(counted->attempt, now);
      return finished.status();
    }
    if (*finished) return absl::OkStatus();
  }
}

// Checks the rules that depend on the user, and counts the attempt. Returns nullopt for a repeated call.
absl::StatusOr<std::optional<ChangePassword::CountedAttempt>> ChangePassword::Count(
    const CallContext& context, const ValidatedChange& change, const Idempotency& call, absl::Time now) {
  std::optional<CountedAttempt> counted;
  RETURN_IF_ERROR(store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    counted.reset();
    if (call.enabled()) {
      ASSIGN_OR_RETURN(const std::optional<std::string> recorded, call.FindResponse(tx.idempotency()));
      if (recorded) return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const User user, RequireActiveUser(tx.users().Find(change.user_id)));
    FieldErrors own_name;
    CheckNotOwnName(kNewPasswordField, change.new_password, user->email, user->display_name, own_name);
    if (!own_name.empty()) return own_name.ToStatus();
    SignInAttempt attempt(AddressOf(user), std::nullopt);
    ASSIGN_OR_RETURN(const absl::Duration delay, attempt.Count(tx, now));
    if (delay > absl::ZeroDuration()) return SignInThrottled(delay);
    ASSIGN_OR_RETURN(std::optional<std::string> hash, tx.users().FindPasswordHash(change.user_id));
    counted = CountedAttempt{std::move(attempt), {change.user_id, std::move(hash), "wrong_current_password"}};
    return absl::OkStatus();
  }));
  return counted;
}

// Returns false, and updates `candidate`, if its hash was replaced since the attempt was counted. After a
// rehash by a parallel sign-in, the current password still matches.
absl::StatusOr<bool> ChangePassword::Finish(const CallContext& context, const ValidatedChange& change,
                                            const Idempotency& call, PasswordCandidate& candidate) {
  ASSIGN_OR_RETURN(const std::string new_hash, hasher_.Hash(change.new_password, context.deadline));
  const std::optional<std::string> verified_hash = candidate.hash;
  const absl::Time now = clock_.Now();
  const auto replace = [&](WriteTransaction& tx) -> absl::StatusOr<EmptyResponse> {
    ASSIGN_OR_RETURN(const User user, RequireActiveUser(tx.users().FindForUpdate(change.user_id)));
    ASSIGN_OR_RETURN(candidate.hash, tx.users().FindPasswordHash(change.user_id));
    if (candidate.hash != verified_hash) return absl::CancelledError("the password hash was replaced");
    RETURN_IF_ERROR(
        replace_password_.Apply(tx, context, user, new_hash, "password_changed", change.keep, now));
    return EmptyResponse{};
  };
  const absl::Status status =
      ExecuteIdempotently<EmptyResponse>(store_, context, call, now, replace).status();
  if (status.ok()) return true;
  if (candidate.hash != verified_hash) return false;
  return status;
}

}  // namespace keelson
