#include "core/accounts/register_user.h"

#include <utility>

#include "core/accounts/find_by_address.h"
#include "core/accounts/password_policy.h"
#include "core/accounts/profile.h"
#include "core/accounts/taken_address.h"
#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/store/idempotency_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {
namespace {

struct RegisterUserResponse {
  std::optional<UserFields> user = {};
  // Whether this call created the account. Not recorded: false for a repeated call.
  bool created = false;
};

template <typename Visitor>
void VisitFields(Visitor& a, RegisterUserResponse& r) {
  a(r.user);
}

UserId SubjectOf(const RegisterUserResponse& response) {
  return response.user ? response.user->id : UserId();
}

// Excludes the password, because a fast hash of a password must not be stored.
std::string ContentOf(const RegisterUserCommand& command) {
  FieldWriter content;
  content(command.email), content(command.display_name), content(command.locale), content(command.labels);
  return content.Take();
}

}  // namespace

// A valid command, with every part in the form that is stored or hashed.
struct RegisterUser::ValidatedRegistration {
  EmailAddress email;
  Secret password;
  std::string display_name;
  std::string locale;
};

absl::StatusOr<RegisterUser::ValidatedRegistration> RegisterUser::Check(
    const RegisterUserCommand& command) const {
  FieldErrors errors;
  ValidatedRegistration registration;
  CheckRequestId(command.request_id, errors);
  absl::StatusOr<EmailAddress> email = EmailAddress::Parse(command.email);
  if (!email.ok()) errors.Add("email", std::string(email.status().message()));
  std::optional<Secret> password =
      CheckPassword("password", command.password, policy_.password_min_length, errors);
  registration.display_name = CheckDisplayName("display_name", command.display_name, errors);
  registration.locale = CheckUserLocale("locale", command.locale, errors);
  CheckLabels("labels", command.labels, errors);
  if (password) {
    CheckNotOwnName("password", *password, email.ok() ? email->text() : "", registration.display_name,
                    errors);
  }
  if (!errors.empty()) return errors.ToStatus();
  registration.email = std::move(*email);
  registration.password = std::move(*password);
  return registration;
}

absl::StatusOr<std::optional<User>> RegisterUser::Handle(const CallContext& context,
                                                         const RegisterUserCommand& command) {
  ASSIGN_OR_RETURN(const ValidatedRegistration registration, Check(command));
  const Idempotency call(context, "RegisterUser", command.request_id, ContentOf(command));

  // Before the slow password hash, checks whether the call is repeated or the address is taken. The Write
  // below checks both conditions again.
  std::optional<std::string> recorded;
  absl::Status status = store_.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    if (call.enabled()) {
      ASSIGN_OR_RETURN(recorded, call.FindResponse(tx.idempotency()));
      if (recorded) return absl::OkStatus();
    }
    if (policy_.conceal_existing_email) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::optional<User> existing_user, FindByAddress(tx.users(), registration.email));
    return existing_user ? EmailTaken("email") : absl::OkStatus();
  });
  if (!status.ok()) return status;

  const auto to_user =
      [](absl::StatusOr<RegisterUserResponse> stored) -> absl::StatusOr<std::optional<User>> {
    ASSIGN_OR_RETURN(RegisterUserResponse response, std::move(stored));
    if (!response.user) return std::optional<User>();
    return std::optional<User>(User(*std::move(response.user)));
  };
  if (recorded) return to_user(DecodeResponse<RegisterUserResponse>(*recorded));

  ASSIGN_OR_RETURN(const std::string hash, hasher_.Hash(registration.password, context.deadline));

  const absl::Time now = clock_.Now();
  const User user = User::Register(ids_.Next<UserKind>(), registration.email, registration.display_name,
                                   registration.locale, command.labels, now);
  absl::StatusOr<RegisterUserResponse> response = ExecuteIdempotently<RegisterUserResponse>(
      store_, context, call, now, [&](WriteTransaction& tx) -> absl::StatusOr<RegisterUserResponse> {
        if (policy_.conceal_existing_email) {
          ASSIGN_OR_RETURN(const bool created,
                           CreateOrNotify(tx, context, registration.email, user, hash, now));
          return RegisterUserResponse{.created = created};
        }
        ASSIGN_OR_RETURN(const std::optional<User> existing_user,
                         FindByAddressForUpdate(tx.users(), registration.email));
        if (existing_user) return EmailTaken("email");
        RETURN_IF_ERROR(CreateAccount(tx, context, user, hash, now));
        return RegisterUserResponse{.user = user.fields(), .created = true};
      });
  if (response.ok() && response->created) ++counters_.registrations;
  return to_user(std::move(response));
}

absl::StatusOr<bool> RegisterUser::CreateOrNotify(WriteTransaction& tx, const CallContext& context,
                                                  const EmailAddress& email, const User& user,
                                                  std::string_view password_hash, absl::Time now) {
  ASSIGN_OR_RETURN(const bool cooldown_over, TryStartHolderCooldown(tx, email, policy_.resend_cooldown, now));
  ASSIGN_OR_RETURN(const std::optional<User> existing_user, FindByAddressForUpdate(tx.users(), email));
  if (!existing_user) {
    RETURN_IF_ERROR(CreateAccount(tx, context, user, password_hash, now));
  } else if (cooldown_over) {
    RETURN_IF_ERROR(NotifyAddressHolder(tx, context, ids_, *existing_user, now));
  }
  return !existing_user.has_value();
}

absl::Status RegisterUser::CreateAccount(WriteTransaction& tx, const CallContext& context, const User& user,
                                         std::string_view password_hash, absl::Time now) {
  RETURN_IF_ERROR(tx.users().Insert(user, password_hash));
  // Without facts: the event outlives the erasure of the user.
  RETURN_IF_ERROR(
      tx.events().Append(MakeEvent("user.registered", user->id.ToString(), user->id, context, now)));
  return verification_.Queue(tx, context, user, now);
}

}  // namespace keelson
