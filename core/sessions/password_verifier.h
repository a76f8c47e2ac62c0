#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/accounts/password_hasher.h"
#include "core/common/context.h"
#include "core/common/deadline.h"
#include "core/common/id.h"
#include "core/common/secret.h"
#include "core/sessions/sign_in_attempt.h"
#include "core/store/store.h"

namespace keelson {

// The hash that a password is compared with.
struct PasswordCandidate {
  // Nil if no account holds the address.
  UserId user_id;
  // Unset if no password can be right.
  std::optional<std::string> hash;
  // The cause in the event of a failure, such as "wrong_password". Not shown to the caller.
  std::string_view failure;
};

// Verifies passwords with the same work for every failure, so that the response time does not reveal whether
// an account exists. A failure takes a verification at the parameters of new hashes. Once the process has
// verified a hash of another kind (imported, or with other parameters), a failure takes a verification of the
// last such hash, too. Failures take different times only if stored hashes have several of these other kinds.
// Thread-safe.
class PasswordVerifier {
 public:
  PasswordVerifier(Store& store, PasswordHasher& hasher) : store_(store), hasher_(hasher) {}

  // OVERLOADED while Verify would fail for this reason. Call before an attempt is counted: most calls beyond
  // the hasher's capacity then cost no transaction.
  absl::Status CheckQueue() const { return hasher_.CheckQueue(); }
  // OK if the password is right. Otherwise records the failure of `attempt`, which was counted at `now`, and
  // returns CREDENTIALS_INVALID. If no password was verified, takes the attempt back and returns the hasher's
  // error.
  absl::Status Verify(const CallContext& context, const Secret& password, const PasswordCandidate& candidate,
                      const SignInAttempt& attempt, absl::Time now);
  // Takes back an attempt that failed for another reason than a wrong password. Best effort.
  void TakeBack(const SignInAttempt& attempt, absl::Time now);
  // Returns a new hash of a password that was verified against `hash`; nullopt if `hash` is as strong as a
  // new one, or if no slot is free in half of the time until the deadline: a later sign-in replaces the hash.
  std::optional<std::string> Rehash(const Secret& password, std::string_view hash, Deadline deadline);

 private:
  // Time limit of the write that takes back an attempt after the caller's deadline.
  static constexpr absl::Duration kTakeBackTimeout = absl::Seconds(5);

  absl::StatusOr<bool> Matches(const Secret& password, const std::optional<std::string>& hash,
                               Deadline deadline);
  std::string OtherKind(std::string_view verified_hash, std::string_view dummy_hash);

  Store& store_;
  PasswordHasher& hasher_;
  absl::Mutex mutex_;
  // The last verified hash that takes other work than a new hash; empty if there was none.
  std::string last_other_kind_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
