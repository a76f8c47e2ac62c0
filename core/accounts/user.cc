#include "core/accounts/user.h"

#include <utility>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {

std::string_view UserStateName(UserState state) {
  switch (state) {
    case UserState::kActive:
      return "ACTIVE";
    case UserState::kSuspended:
      return "SUSPENDED";
    case UserState::kDeleted:
      return "DELETED";
    case UserState::kErased:
      return "ERASED";
  }
  return "UNKNOWN";
}

User User::Register(UserId id, const EmailAddress& email, std::string display_name, std::string locale,
                    Labels labels, absl::Time now) {
  UserFields fields;
  fields.id = id;
  fields.email = email.text();
  fields.email_key = email.key();
  fields.display_name = std::move(display_name);
  fields.locale = std::move(locale);
  fields.labels = std::move(labels);
  fields.create_time = now;
  fields.update_time = now;
  return User(std::move(fields));
}

absl::Status User::RequireActive() const {
  if (fields_.state != UserState::kActive) {
    return MakeError(Reason::kUserState,
                     StrCat("the account is ", UserStateName(fields_.state), ", but must be ACTIVE"),
                     {{"state", std::string(UserStateName(fields_.state))}, {"expected", "ACTIVE"}});
  }
  return absl::OkStatus();
}

absl::Status User::VerifyEmail(absl::Time now) {
  RETURN_IF_ERROR(RequireActive());
  if (fields_.email_verify_time) return absl::OkStatus();
  fields_.email_verify_time = now;
  Touch(now);
  return absl::OkStatus();
}

void User::Touch(absl::Time now) {
  fields_.update_time = now;
  ++fields_.version;
}

}  // namespace keelson
