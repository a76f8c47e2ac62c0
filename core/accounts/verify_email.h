#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/user.h"
#include "core/accounts/verification.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/secret.h"
#include "core/common/store.h"

namespace keelson {

// Spends a verification token and welcomes its owner.
class VerifyEmail {
 public:
  VerifyEmail(Store& store, Clock& clock, IdGenerator& ids) : store_(store), clock_(clock), ids_(ids) {}

  // FIELD_INVALID for an empty token; TOKEN_INVALID for one that is unknown, spent, superseded or expired;
  // USER_STATE where the account is not active.
  absl::StatusOr<User> operator()(const CallContext& context, const Secret& token);

 private:
  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
};

// Queues a fresh verification e-mail, unless the address or its account cools down from the last one.
class ResendVerification {
 public:
  ResendVerification(Store& store, Clock& clock, VerificationMail& verification, const AccountPolicy& policy)
      : store_(store), clock_(clock), verification_(verification), policy_(policy) {}

  // OK, after the same work, whether the address is known, verified, cooling or none of these.
  // FIELD_INVALID where it is no address.
  absl::Status operator()(const CallContext& context, const std::string& email);

 private:
  Store& store_;
  Clock& clock_;
  VerificationMail& verification_;
  const AccountPolicy policy_;
};

}  // namespace keelson
