#include "core/sessions/sign_in.h"

#include <utility>

#include "core/accounts/find_by_address.h"
#include "core/accounts/password_policy.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/ip_address.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/common/text.h"
#include "core/events/event_repository.h"

namespace keelson {
namespace {

constexpr std::string_view kUnknownAddress = "unknown_address";
constexpr std::string_view kNotActive = "not_active";
constexpr std::string_view kUnverifiedEmail = "unverified_email";

void CheckUserAgent(std::string_view user_agent, FieldErrors& errors) {
  if (user_agent.size() > kMaxUserAgentBytes) {
    errors.Add("user_agent", StrCat("must be at most ", kMaxUserAgentBytes, " bytes long"));
  } else {
    CheckLine("user_agent", user_agent, kMaxUserAgentBytes, errors);
  }
}

// Why the account can't sign in, for the event; empty if the right password is enough.
std::string_view Obstacle(const std::optional<User>& user, const SessionPolicy& policy) {
  if (!user) return kUnknownAddress;
  if (!user->RequireActive().ok()) return kNotActive;
  if (policy.require_verified_email && !(*user)->email_verify_time) return kUnverifiedEmail;
  return "";
}

// `failure`: the candidate's cause of a failure.
SignInOutcome OutcomeOf(const absl::Status& status, std::string_view failure) {
  if (status.ok()) return SignInOutcome::kOk;
  if (HasReason(status, Reason::kSignInThrottled)) return SignInOutcome::kThrottled;
  if (HasReason(status, Reason::kOverloaded)) return SignInOutcome::kOverloaded;
  if (!HasReason(status, Reason::kCredentialsInvalid)) return SignInOutcome::kError;
  const bool not_allowed = failure == kNotActive || failure == kUnverifiedEmail;
  return not_allowed ? SignInOutcome::kNotAllowed : SignInOutcome::kCredentials;
}

}  // namespace

// A valid command, with every part in the form that is stored or verified.
struct SignIn::ValidatedSignIn {
  EmailAddress email;
  Secret password;
  std::string user_agent;
  std::optional<IpAddress> ip_address;
};

absl::StatusOr<SignIn::ValidatedSignIn> SignIn::Check(const SignInCommand& command) {
  FieldErrors errors;
  ValidatedSignIn sign_in;
  absl::StatusOr<EmailAddress> email = EmailAddress::Parse(command.email);
  if (!email.ok()) errors.Add("email", std::string(email.status().message()));
  if (command.password.empty()) errors.Add("password", "is required");
  std::optional<Secret> password = NormalizePassword("password", command.password, errors);
  sign_in.user_agent = Trim(command.user_agent);
  CheckUserAgent(sign_in.user_agent, errors);
  sign_in.ip_address = IpAddress::Parse(command.ip_address);
  if (!command.ip_address.empty() && !sign_in.ip_address) {
    errors.Add("ip_address", "must be an IPv4 or IPv6 address");
  }
  if (!errors.empty()) return errors.ToStatus();
  sign_in.email = *std::move(email);
  sign_in.password = *std::move(password);
  return sign_in;
}

absl::StatusOr<IssuedSession> SignIn::Handle(const CallContext& context, const SignInCommand& command) {
  ASSIGN_OR_RETURN(const ValidatedSignIn sign_in, Check(command));
  PasswordCandidate candidate;
  absl::StatusOr<IssuedSession> issued = Authenticate(context, sign_in, candidate);
  const SignInOutcome outcome = OutcomeOf(issued.status(), candidate.failure);
  ++counters_[static_cast<std::size_t>(outcome)];
  return issued;
}

// Sets `candidate` to the account as last read.
absl::StatusOr<IssuedSession> SignIn::Authenticate(const CallContext& context, const ValidatedSignIn& sign_in,
                                                   PasswordCandidate& candidate) {
  RETURN_IF_ERROR(verifier_.CheckQueue());
  const absl::Time now = clock_.Now();
  SignInAttempt attempt(sign_in.email, sign_in.ip_address);
  ASSIGN_OR_RETURN(candidate, CountAndFind(context, sign_in, attempt, now));
  while (true) {
    RETURN_IF_ERROR(verifier_.Verify(context, sign_in.password, candidate, attempt, now));
    absl::StatusOr<std::optional<IssuedSession>> issued = Finish(context, sign_in, attempt, candidate);
    if (!issued.ok()) {
      verifier_.TakeBack(attempt, now);
      return issued.status();
    }
    if (*issued) return **std::move(issued);
  }
}

// Counts the attempt and reads the account in one Write.
absl::StatusOr<PasswordCandidate> SignIn::CountAndFind(const CallContext& context,
                                                       const ValidatedSignIn& sign_in, SignInAttempt& attempt,
                                                       absl::Time now) {
  PasswordCandidate candidate;
  RETURN_IF_ERROR(store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const absl::Duration delay, attempt.Count(tx, now));
    if (delay > absl::ZeroDuration()) return SignInThrottled(delay);
    ASSIGN_OR_RETURN(const std::optional<User> user, FindByAddress(tx.users(), sign_in.email));
    ASSIGN_OR_RETURN(candidate, CandidateOf(tx, user));
    return absl::OkStatus();
  }));
  return candidate;
}

absl::StatusOr<PasswordCandidate> SignIn::CandidateOf(WriteTransaction& tx,
                                                      const std::optional<User>& user) const {
  PasswordCandidate candidate;
  if (user) candidate.user_id = (*user)->id;
  // Queries the hash for an unknown user, too, so that the transaction takes the same time.
  ASSIGN_OR_RETURN(std::optional<std::string> hash, tx.users().FindPasswordHash(candidate.user_id));
  candidate.failure = Obstacle(user, policy_);
  if (!candidate.failure.empty()) return candidate;
  candidate.failure = hash ? "wrong_password" : "no_password";
  candidate.hash = std::move(hash);
  return candidate;
}

// Starts the session, unless the account has changed since `candidate` was read: then returns nullopt and
// updates `candidate`. After a password change, the password must match the new hash; after a rehash by a
// parallel sign-in, the password still does.
absl::StatusOr<std::optional<IssuedSession>> SignIn::Finish(const CallContext& context,
                                                            const ValidatedSignIn& sign_in,
                                                            const SignInAttempt& attempt,
                                                            PasswordCandidate& candidate) {
  const UserId user_id = candidate.user_id;
  const std::string verified_hash = candidate.hash.value();
  const std::optional<std::string> new_hash =
      verifier_.Rehash(sign_in.password, verified_hash, context.deadline);
  const absl::Time now = clock_.Now();
  std::optional<IssuedSession> issued;
  RETURN_IF_ERROR(store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    issued.reset();
    ASSIGN_OR_RETURN(const std::optional<User> user, tx.users().FindForUpdate(user_id));
    ASSIGN_OR_RETURN(candidate, CandidateOf(tx, user));
    if (candidate.hash != verified_hash) return absl::OkStatus();
    RETURN_IF_ERROR(attempt.Succeed(tx, now));
    if (new_hash) RETURN_IF_ERROR(tx.users().SetPasswordHash(user_id, *new_hash));
    ASSIGN_OR_RETURN(issued, StartSession(tx, context, sign_in, *user, now));
    return absl::OkStatus();
  }));
  return issued;
}

absl::StatusOr<IssuedSession> SignIn::StartSession(WriteTransaction& tx, const CallContext& context,
                                                   const ValidatedSignIn& sign_in, const User& user,
                                                   absl::Time now) {
  RETURN_IF_ERROR(end_sessions_.MakeRoom(tx, context, user->id, now));
  SessionTokens tokens;
  Session session = Session::Start(ids_.Next<SessionKind>(), user, sign_in.user_agent,
                                   sign_in.ip_address ? sign_in.ip_address->ToString() : "", policy_,
                                   entropy_, now, tokens);
  RETURN_IF_ERROR(tx.sessions().Insert(session));
  RETURN_IF_ERROR(
      tx.events().Append(MakeEvent("session.started", session->id.ToString(), user->id, context, now)));
  return IssuedSession{std::move(session), std::move(tokens)};
}

}  // namespace keelson
