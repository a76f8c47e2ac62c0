#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/email_address.h"
#include "core/common/fields.h"
#include "core/common/id.h"
#include "core/common/text.h"

namespace keelson {

// The store contains these numbers, so they must not change.
enum class UserState { kActive = 1, kSuspended = 2, kDeleted = 3, kErased = 4 };
std::string_view UserStateName(UserState state);

// The fields of a user. The password hash is stored separately.
struct UserFields {
  UserId id;
  // EmailAddress::text() and EmailAddress::key() of the user's address.
  std::string email;
  std::string email_key;
  std::optional<absl::Time> email_verify_time;
  std::string display_name;
  std::string locale;
  UserState state = UserState::kActive;
  Labels labels;
  absl::Time create_time;
  absl::Time update_time;
  // Both are set while the user is DELETED. purge_time is the end of the retention period.
  std::optional<absl::Time> delete_time;
  std::optional<absl::Time> purge_time;
  std::int64_t version = 1;
  // When the suspension began. Stays set while a suspended user is DELETED, so that Undelete restores the
  // suspension.
  std::optional<absl::Time> suspend_time;

  bool operator==(const UserFields&) const = default;
};

template <>
inline constexpr auto kFields<UserFields> = std::tuple{
    Immutable("id", &UserFields::id),
    Mutable("email", &UserFields::email),
    Mutable("email_key", &UserFields::email_key),
    Mutable("email_verify_time", &UserFields::email_verify_time),
    Mutable("display_name", &UserFields::display_name),
    Mutable("locale", &UserFields::locale),
    Mutable("state", &UserFields::state),
    Mutable("labels", &UserFields::labels),
    Immutable("create_time", &UserFields::create_time),
    Mutable("update_time", &UserFields::update_time),
    Mutable("delete_time", &UserFields::delete_time),
    Mutable("purge_time", &UserFields::purge_time),
    Mutable("version", &UserFields::version),
    Mutable("suspend_time", &UserFields::suspend_time),
};

// New values of the profile. A field that is not set stays unchanged.
struct ProfileUpdate {
  std::optional<std::string> display_name;
  std::optional<std::string> locale;
  std::optional<Labels> labels;
};

// A registered user with its state machine. Fields are read as `user->email` and change only by the methods
// below. If the state does not allow a change, the method changes nothing and fails with USER_STATE and the
// current and the expected states.
class User {
 public:
  static User Register(UserId id, const EmailAddress& email, std::string display_name, std::string locale,
                       Labels labels, absl::Time now);
  // Creates a user whom another system registered at `create_time`.
  static User Import(UserId id, const EmailAddress& email, std::string display_name, std::string locale,
                     Labels labels, bool email_verified, absl::Time create_time, absl::Time now);
  // Restores a user from stored fields.
  explicit User(UserFields fields) : fields_(std::move(fields)) {}

  const UserFields* operator->() const { return &fields_; }
  const UserFields& fields() const { return fields_; }

  bool is_erased() const { return fields_.state == UserState::kErased; }
  // Whether the retention period of a deleted user has expired.
  bool is_purgeable(absl::Time now) const {
    return fields_.state == UserState::kDeleted && fields_.purge_time <= now;
  }
  // Whether orders can be created for the user.
  bool can_order() const { return fields_.state == UserState::kActive; }

  // USER_STATE unless the user is active.
  absl::Status RequireActive() const;
  // Changes nothing if the address is already verified.
  absl::Status VerifyEmail(absl::Time now);
  // Replaces the address by `email`, which is verified.
  absl::Status ChangeEmail(const EmailAddress& email, absl::Time now);
  // Returns the names of the fields whose values differ from the current ones. If no value differs, the
  // method changes nothing, not even the version.
  absl::StatusOr<std::vector<std::string_view>> UpdateProfile(ProfileUpdate update, absl::Time now);
  absl::Status Suspend(absl::Time now);
  absl::Status Reinstate(absl::Time now);
  // Starts the retention period, in which Undelete restores the user.
  absl::Status Delete(absl::Time now, absl::Duration retention);
  // Restores the state before Delete. USER_STATE also at purge_time and later.
  absl::Status Undelete(absl::Time now);
  // Clears the address, the profile and every time except create_time and update_time.
  absl::Status Erase(absl::Time now);

 private:
  void MoveTo(UserState next, absl::Time now);
  void Touch(absl::Time now);

  UserFields fields_;
};

// The user whose personal data a stored response contains (core/store/idempotent_execution.h).
inline UserId SubjectOf(const UserFields& response) {
  return response.state == UserState::kErased ? UserId() : response.id;
}

// The purpose of a token in an e-mail. The store keeps only the newest token for each user and purpose.
enum class TokenPurpose { kVerifyEmail = 1, kResetPassword = 2, kChangeEmail = 3 };

}  // namespace keelson
