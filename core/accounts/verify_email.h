#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/accounts/account_counters.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/user.h"
#include "core/accounts/verification.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/secret.h"
#include "core/store/store.h"

namespace keelson {

// Verifies the e-mail address to which a token was sent, and queues the welcome e-mail. The store keeps the
// token until it expires or a newer token supersedes it, so that a second click, or a mail scanner that opens
// the link, does no harm. A repeated call returns the user and changes nothing while the account has the
// address.
class VerifyEmail {
 public:
  VerifyEmail(Store& store, Clock& clock, IdGenerator& ids, AccountCounters& counters)
      : store_(store), clock_(clock), ids_(ids), counters_(counters) {}

  // Ignores white space around the token. FIELD_INVALID for an empty token. TOKEN_INVALID for a token that is
  // unknown, superseded, expired or of another purpose, or that was sent to an address which is no longer the
  // account's. USER_STATE if the account is not active.
  absl::StatusOr<User> Handle(const CallContext& context, const Secret& token);

 private:
  absl::StatusOr<bool> Verify(WriteTransaction& tx, const CallContext& context, User& user, absl::Time now);

  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
  AccountCounters& counters_;
};

// Queues a new verification e-mail, unless a cooldown of the address or its account is active.
class ResendVerification {
 public:
  ResendVerification(Store& store, Clock& clock, VerificationMail& verification, const AccountPolicy& policy)
      : store_(store), clock_(clock), verification_(verification), policy_(policy) {}

  // Returns OK whether or not it queues an e-mail, so that the response does not reveal whether an account
  // holds the address. FIELD_INVALID if `email` is not a valid address.
  absl::Status Handle(const CallContext& context, const std::string& email);

 private:
  Store& store_;
  Clock& clock_;
  VerificationMail& verification_;
  const AccountPolicy policy_;
};

}  // namespace keelson
