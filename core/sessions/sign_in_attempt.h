#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/email_address.h"
#include "core/common/ip_address.h"
#include "core/sessions/session_repository.h"
#include "core/sessions/throttle_rule.h"
#include "core/store/store.h"

namespace keelson {

// One attempt to use a password, as the throttles of the account and of the caller's network count it. The
// throttles never affect active sessions. Not thread-safe.
class SignInAttempt {
 public:
  // `ip_address`: nullopt if unknown; then only the account's throttle counts the attempt.
  SignInAttempt(const EmailAddress& email, const std::optional<IpAddress>& ip_address);

  // Counts the attempt as failed, before the password is verified, so that parallel guesses can't exceed the
  // limits. Returns zero; or the time to wait, and counts nothing, if no attempt is allowed.
  absl::StatusOr<absl::Duration> Count(WriteTransaction& tx, absl::Time now);
  // The password was right: forgets the failures of the account, and takes back the network's count.
  absl::Status Succeed(WriteTransaction& tx, absl::Time now) const;
  // No password was verified: takes back both counts.
  absl::Status TakeBack(WriteTransaction& tx, absl::Time now) const;
  // The password was wrong: records a sign_in.throttled event for each delay that the failure begins.
  // `user_id`: nil if no account holds the address. `now`: the time of Count.
  absl::Status RecordDelays(WriteTransaction& tx, const CallContext& context, UserId user_id,
                            absl::Time now) const;

 private:
  struct Limit {
    const ThrottleRule* rule;
    // The value of `scope` in the events.
    std::string_view scope;
    // The throttle after Count.
    Throttle counted;
  };

  static absl::Status TakeBack(const Limit& limit, WriteTransaction& tx, absl::Time now);

  // The account's first, in every transaction, so that transactions lock the throttles in the same order.
  std::vector<Limit> limits_;
};

// Forgets the failures of an account, whose password was reset or changed.
absl::Status ClearThrottle(WriteTransaction& tx, const User& user);
// The address of the user, for SignInAttempt.
EmailAddress AddressOf(const User& user);

// RESOURCE_EXHAUSTED (SIGN_IN_THROTTLED) with the time to wait.
absl::Status SignInThrottled(absl::Duration delay);

}  // namespace keelson
