#include "core/accounts/register_user.h"

#include <utility>

#include "core/accounts/find_by_address.h"
#include "core/accounts/notify_user.h"
#include "core/accounts/password_policy.h"
#include "core/accounts/user_repository.h"
#include "core/common/locale.h"
#include "core/events/event_repository.h"
#include "core/store/idempotency_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxDisplayName = 200;

struct RegisterUserAnswer {
  std::optional<UserFields> user;
};

template <typename Visitor>
void VisitFields(Visitor& a, RegisterUserAnswer& answer) {
  a(answer.user);
}

// The password is left out: a fast hash of it must not lie in a table.
std::string ContentOf(const RegisterUserCommand& command) {
  FieldWriter content;
  content(command.email), content(command.display_name), content(command.locale), content(command.labels);
  return content.Take();
}

absl::Status EmailTaken() {
  return MakeError(Reason::kEmailTaken, "an account with this e-mail address exists", {{"field", "email"}});
}

}  // namespace

// The command once checked: every part in the form that is stored or hashed.
struct RegisterUser::ValidatedRegistration {
  EmailAddress email;
  Secret password;
  std::string display_name;
  std::string locale;
};

absl::StatusOr<RegisterUser::ValidatedRegistration> RegisterUser::Check(
    const RegisterUserCommand& command) const {
  FieldErrors errors;
  ValidatedRegistration applicant;
  CheckRequestId(command.request_id, errors);
  absl::StatusOr<EmailAddress> email = EmailAddress::Parse(command.email);
  if (!email.ok()) errors.Add("email", std::string(email.status().message()));
  std::optional<Secret> password =
      CheckPassword("password", command.password, policy_.password_min_length, errors);
  applicant.display_name = Trim(command.display_name);
  CheckLine("display_name", applicant.display_name, kMaxDisplayName, errors);
  applicant.locale = command.locale.empty() ? std::string(kDefaultLocale) : command.locale;
  CheckLocale("locale", applicant.locale, errors);
  CheckLabels("labels", command.labels, errors);
  if (!errors.empty()) return errors.ToStatus();
  applicant.email = std::move(*email);
  applicant.password = std::move(*password);
  return applicant;
}

// The address is held: its owner is told, nobody else.
absl::Status RegisterUser::NotifyExistingOwner(WriteTransaction& tx, const CallContext& context,
                                               const User& existing_user, absl::Time now) {
  const absl::StatusOr<bool> free =
      tx.cooldowns().TryStart(AddressCooldown(existing_user->email_key), now, now + policy_.resend_cooldown);
  if (!free.ok() || !*free) return free.status();
  return NotifyUser(tx, context, ids_, "account_exists", existing_user, {}, now);
}

absl::StatusOr<std::optional<User>> RegisterUser::Handle(const CallContext& context,
                                                         const RegisterUserCommand& command) {
  absl::StatusOr<ValidatedRegistration> applicant = Check(command);
  if (!applicant.ok()) return applicant.status();
  const Idempotency call(context, "RegisterUser", command.request_id, ContentOf(command));

  // What is known to fail, or was answered before, is spared the hash; the unit of work below checks again.
  std::optional<std::string> first;
  absl::Status status = store_.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    if (call.enabled()) {
      Found<std::string> answer = call.FindResponse(tx.idempotency());
      if (!answer.ok()) return answer.status();
      first = std::move(*answer);
      if (first) return absl::OkStatus();
    }
    if (policy_.conceal_existing_email) return absl::OkStatus();
    const Found<User> existing_user = FindByAddress(tx.users(), applicant->email);
    if (!existing_user.ok()) return existing_user.status();
    return *existing_user ? EmailTaken() : absl::OkStatus();
  });
  if (!status.ok()) return status;

  const auto to_user = [](absl::StatusOr<RegisterUserAnswer> answer) -> absl::StatusOr<std::optional<User>> {
    if (!answer.ok()) return answer.status();
    if (!answer->user) return std::optional<User>();
    return std::optional<User>(User(*std::move(answer->user)));
  };
  if (first) return to_user(DecodeResponse<RegisterUserAnswer>(*first));

  const absl::StatusOr<std::string> hash = hasher_.Hash(applicant->password, context.deadline);
  if (!hash.ok()) return hash.status();

  const absl::Time now = clock_.Now();
  const User user = User::Register(ids_.Next<UserKind>(), applicant->email, applicant->display_name,
                                   applicant->locale, command.labels, now);
  return to_user(ExecuteIdempotently<RegisterUserAnswer>(
      store_, context, call, now, [&](WriteTransaction& tx) -> absl::StatusOr<RegisterUserAnswer> {
        const Found<User> existing_user = FindByAddressForUpdate(tx.users(), applicant->email);
        if (!existing_user.ok()) return existing_user.status();
        if (*existing_user && !policy_.conceal_existing_email) return EmailTaken();
        absl::Status done = *existing_user ? NotifyExistingOwner(tx, context, **existing_user, now)
                                           : CreateAccount(tx, context, user, *hash, now);
        if (!done.ok()) return done;
        if (policy_.conceal_existing_email) return RegisterUserAnswer{};
        return RegisterUserAnswer{user.fields()};
      }));
}

absl::Status RegisterUser::CreateAccount(WriteTransaction& tx, const CallContext& context, const User& user,
                                         std::string_view password_hash, absl::Time now) {
  absl::Status status = tx.users().Insert(user, password_hash);
  if (!status.ok()) return status;
  status = tx.events().Append(MakeEvent("user.registered", user->id.ToString(), user->id, context, now,
                                        EventPayload().Add("locale", user->locale)));
  if (!status.ok()) return status;
  return verification_.Queue(tx, context, user, now);
}

}  // namespace keelson
