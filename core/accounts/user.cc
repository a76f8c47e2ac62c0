#include "core/accounts/user.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// kAct stands for everything that the owner of the account does, such as signing in.
enum class UserStep { kAct, kUpdateProfile, kSuspend, kReinstate, kDelete, kUndelete, kErase };

// A state in which a step is allowed.
struct AllowedStep {
  UserStep step;
  UserState from;
};

constexpr std::array kUserSteps = {
    AllowedStep{UserStep::kAct, UserState::kActive},
    AllowedStep{UserStep::kUpdateProfile, UserState::kActive},
    AllowedStep{UserStep::kUpdateProfile, UserState::kSuspended},
    AllowedStep{UserStep::kSuspend, UserState::kActive},
    AllowedStep{UserStep::kReinstate, UserState::kSuspended},
    AllowedStep{UserStep::kDelete, UserState::kActive},
    AllowedStep{UserStep::kDelete, UserState::kSuspended},
    AllowedStep{UserStep::kUndelete, UserState::kDeleted},
    AllowedStep{UserStep::kErase, UserState::kActive},
    AllowedStep{UserStep::kErase, UserState::kSuspended},
    AllowedStep{UserStep::kErase, UserState::kDeleted},
};

// Returns the states in which the step is allowed, such as "ACTIVE or SUSPENDED".
std::string OriginsOf(UserStep step) {
  std::string origins;
  for (const AllowedStep& allowed : kUserSteps) {
    if (allowed.step == step) origins += StrCat(origins.empty() ? "" : " or ", UserStateName(allowed.from));
  }
  return origins;
}

absl::Status CheckStep(UserStep step, UserState state) {
  const bool allowed = std::any_of(kUserSteps.begin(), kUserSteps.end(),
                                   [&](const AllowedStep& a) { return a.step == step && a.from == state; });
  if (allowed) return absl::OkStatus();
  const std::string expected = OriginsOf(step);
  return MakeError(Reason::kUserState,
                   StrCat("the account is ", UserStateName(state), ", but must be ", expected),
                   {{"state", std::string(UserStateName(state))}, {"expected", expected}});
}

absl::Status RetentionExpired() {
  return MakeError(Reason::kUserState, "the retention period of the deleted account has expired",
                   {{"state", "DELETED"}, {"expected", "DELETED before purge_time"}});
}

}  // namespace

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

User User::Import(UserId id, const EmailAddress& email, std::string display_name, std::string locale,
                  Labels labels, bool email_verified, absl::Time create_time, absl::Time now) {
  User user = Register(id, email, std::move(display_name), std::move(locale), std::move(labels), now);
  user.fields_.create_time = create_time;
  if (email_verified) user.fields_.email_verify_time = now;
  return user;
}

absl::Status User::RequireActive() const {
  return CheckStep(UserStep::kAct, fields_.state);
}

absl::Status User::VerifyEmail(absl::Time now) {
  RETURN_IF_ERROR(RequireActive());
  if (fields_.email_verify_time) return absl::OkStatus();
  fields_.email_verify_time = now;
  Touch(now);
  return absl::OkStatus();
}

absl::Status User::ChangeEmail(const EmailAddress& email, absl::Time now) {
  RETURN_IF_ERROR(RequireActive());
  fields_.email = email.text();
  fields_.email_key = email.key();
  fields_.email_verify_time = now;
  Touch(now);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string_view>> User::UpdateProfile(ProfileUpdate update, absl::Time now) {
  RETURN_IF_ERROR(CheckStep(UserStep::kUpdateProfile, fields_.state));
  std::vector<std::string_view> changed;
  const auto set = [&](std::string_view name, auto& field, auto& value) {
    if (!value || *value == field) return;
    field = *std::move(value);
    changed.push_back(name);
  };
  set("display_name", fields_.display_name, update.display_name);
  set("locale", fields_.locale, update.locale);
  set("labels", fields_.labels, update.labels);
  if (!changed.empty()) Touch(now);
  return changed;
}

absl::Status User::Suspend(absl::Time now) {
  RETURN_IF_ERROR(CheckStep(UserStep::kSuspend, fields_.state));
  fields_.suspend_time = now;
  MoveTo(UserState::kSuspended, now);
  return absl::OkStatus();
}

absl::Status User::Reinstate(absl::Time now) {
  RETURN_IF_ERROR(CheckStep(UserStep::kReinstate, fields_.state));
  fields_.suspend_time.reset();
  MoveTo(UserState::kActive, now);
  return absl::OkStatus();
}

absl::Status User::Delete(absl::Time now, absl::Duration retention) {
  RETURN_IF_ERROR(CheckStep(UserStep::kDelete, fields_.state));
  fields_.delete_time = now;
  fields_.purge_time = now + retention;
  MoveTo(UserState::kDeleted, now);
  return absl::OkStatus();
}

absl::Status User::Undelete(absl::Time now) {
  RETURN_IF_ERROR(CheckStep(UserStep::kUndelete, fields_.state));
  if (now >= fields_.purge_time) return RetentionExpired();
  fields_.delete_time.reset();
  fields_.purge_time.reset();
  MoveTo(fields_.suspend_time ? UserState::kSuspended : UserState::kActive, now);
  return absl::OkStatus();
}

absl::Status User::Erase(absl::Time now) {
  RETURN_IF_ERROR(CheckStep(UserStep::kErase, fields_.state));
  UserFields rest;
  rest.id = fields_.id;
  rest.create_time = fields_.create_time;
  rest.version = fields_.version;
  fields_ = std::move(rest);
  MoveTo(UserState::kErased, now);
  return absl::OkStatus();
}

void User::MoveTo(UserState next, absl::Time now) {
  fields_.state = next;
  Touch(now);
}

void User::Touch(absl::Time now) {
  fields_.update_time = now;
  ++fields_.version;
}

}  // namespace keelson
