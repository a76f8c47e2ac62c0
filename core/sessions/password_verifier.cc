#include "core/sessions/password_verifier.h"

#include <utility>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"

namespace keelson {

absl::Status PasswordVerifier::Verify(const CallContext& context, const Secret& password,
                                      const PasswordCandidate& candidate, const SignInAttempt& attempt,
                                      absl::Time now) {
  const absl::StatusOr<bool> matches = Matches(password, candidate.hash, context.deadline);
  if (!matches.ok()) {
    TakeBack(attempt, now);
    return matches.status();
  }
  if (*matches) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    const UserId user_id = candidate.user_id;
    RETURN_IF_ERROR(
        tx.events().Append(MakeEvent("sign_in.failed", user_id.is_nil() ? "" : user_id.ToString(), user_id,
                                     context, now, EventPayload().Add("cause", candidate.failure))));
    return attempt.RecordDelays(tx, context, user_id, now);
  }));
  return MakeError(Reason::kCredentialsInvalid,
                   "the password is wrong, no account holds the address, or the account can't sign in");
}

void PasswordVerifier::TakeBack(const SignInAttempt& attempt, absl::Time now) {
  // Without this write, the attempt counts as failed until the next success.
  store_
      .Write(Deadline::After(kTakeBackTimeout),
             [&](WriteTransaction& tx) { return attempt.TakeBack(tx, now); })
      .IgnoreError();
}

std::optional<std::string> PasswordVerifier::Rehash(const Secret& password, std::string_view hash,
                                                    Deadline deadline) {
  if (!hasher_.NeedsRehash(hash)) return std::nullopt;
  // The other half is left to start the session.
  absl::StatusOr<std::string> stronger = hasher_.Hash(password, Deadline::After(deadline.remaining() / 2));
  if (!stronger.ok()) return std::nullopt;
  return *std::move(stronger);
}

absl::StatusOr<bool> PasswordVerifier::Matches(const Secret& password, const std::optional<std::string>& hash,
                                               Deadline deadline) {
  const std::string dummy_hash = hasher_.DummyHash();
  const std::string& verified_hash = hash ? *hash : dummy_hash;
  ASSIGN_OR_RETURN(const bool matches, hasher_.Verify(password, verified_hash, deadline));
  const std::string other = OtherKind(verified_hash, dummy_hash);
  if (matches && hash) return true;
  // An error is ignored: the password was verified, so the attempt counts as failed.
  if (!other.empty()) hasher_.Verify(password, other, deadline).IgnoreError();
  return false;
}

// Returns a hash that takes other work than `verified_hash`; empty if none is known.
std::string PasswordVerifier::OtherKind(std::string_view verified_hash, std::string_view dummy_hash) {
  absl::MutexLock lock(&mutex_);
  if (hasher_.CostsLikeNewHash(verified_hash)) return last_other_kind_;
  last_other_kind_ = verified_hash;
  return std::string(dummy_hash);
}

}  // namespace keelson
