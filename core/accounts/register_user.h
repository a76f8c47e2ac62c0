#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/accounts/account_counters.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/password_hasher.h"
#include "core/accounts/user.h"
#include "core/accounts/verification.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/entropy.h"
#include "core/common/secret.h"
#include "core/store/store.h"

namespace keelson {

struct RegisterUserCommand {
  std::string request_id;
  std::string email;
  Secret password;
  std::string display_name;
  // BCP 47; empty means "en".
  std::string locale;
  Labels labels;
};

// Creates an account and queues its verification e-mail in one transaction.
class RegisterUser {
 public:
  RegisterUser(Store& store, PasswordHasher& hasher, Clock& clock, IdGenerator& ids,
               VerificationMail& verification, AccountCounters& counters, const AccountPolicy& policy)
      : store_(store),
        hasher_(hasher),
        clock_(clock),
        ids_(ids),
        verification_(verification),
        counters_(counters),
        policy_(policy) {}

  // Returns the user; nullopt if the configuration conceals existing addresses. Blocks on a password hash and
  // the store. Errors: FIELD_INVALID, EMAIL_TAKEN, REQUEST_ID_REUSED, and the errors of the store and the
  // hasher.
  absl::StatusOr<std::optional<User>> Handle(const CallContext& context, const RegisterUserCommand& command);

 private:
  struct ValidatedRegistration;
  absl::StatusOr<ValidatedRegistration> Check(const RegisterUserCommand& command) const;
  absl::Status CreateAccount(WriteTransaction& tx, const CallContext& context, const User& user,
                             std::string_view password_hash, absl::Time now);
  // Returns whether the account was created: the address was free.
  absl::StatusOr<bool> CreateOrNotify(WriteTransaction& tx, const CallContext& context,
                                      const EmailAddress& email, const User& user,
                                      std::string_view password_hash, absl::Time now);

  Store& store_;
  PasswordHasher& hasher_;
  Clock& clock_;
  IdGenerator& ids_;
  VerificationMail& verification_;
  AccountCounters& counters_;
  const AccountPolicy policy_;
};

}  // namespace keelson
