#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/entropy.h"
#include "core/common/id.h"
#include "core/common/secret.h"
#include "core/sessions/end_sessions.h"
#include "core/sessions/password_verifier.h"
#include "core/sessions/session.h"
#include "core/sessions/session_policy.h"
#include "core/sessions/sign_in_counters.h"
#include "core/store/store.h"

namespace keelson {

struct SignInCommand {
  std::string email;
  Secret password;
  // At most kMaxUserAgentBytes on one line.
  std::string user_agent;
  // An IPv4 or IPv6 address, or empty.
  std::string ip_address;
};

inline constexpr std::size_t kMaxUserAgentBytes = 512;

// Verifies a password and starts a session. Every failure has the same response after the same work, so that
// callers can't find out whether an account holds the address.
class SignIn {
 public:
  SignIn(Store& store, Clock& clock, Entropy& entropy, IdGenerator& ids, PasswordVerifier& verifier,
         EndSessions& end_sessions, SignInCounters& counters, const SessionPolicy& policy)
      : store_(store),
        clock_(clock),
        entropy_(entropy),
        ids_(ids),
        verifier_(verifier),
        end_sessions_(end_sessions),
        counters_(counters),
        policy_(policy) {}

  // Blocks on a password hash and the store. Errors: FIELD_INVALID, CREDENTIALS_INVALID, SIGN_IN_THROTTLED,
  // and the errors of the store and the hasher.
  absl::StatusOr<IssuedSession> Handle(const CallContext& context, const SignInCommand& command);

 private:
  struct ValidatedSignIn;
  static absl::StatusOr<ValidatedSignIn> Check(const SignInCommand& command);
  absl::StatusOr<IssuedSession> Authenticate(const CallContext& context, const ValidatedSignIn& sign_in,
                                             PasswordCandidate& candidate);
  absl::StatusOr<PasswordCandidate> CountAndFind(const CallContext& context, const ValidatedSignIn& sign_in,
                                                 SignInAttempt& attempt, absl::Time now);
  absl::StatusOr<PasswordCandidate> CandidateOf(WriteTransaction& tx, const std::optional<User>& user) const;
  absl::StatusOr<std::optional<IssuedSession>> Finish(const CallContext& context,
                                                      const ValidatedSignIn& sign_in,
                                                      const SignInAttempt& attempt,
                                                      PasswordCandidate& candidate);
  absl::StatusOr<IssuedSession> StartSession(WriteTransaction& tx, const CallContext& context,
                                             const ValidatedSignIn& sign_in, const User& user,
                                             absl::Time now);

  Store& store_;
  Clock& clock_;
  Entropy& entropy_;
  IdGenerator& ids_;
  PasswordVerifier& verifier_;
  EndSessions& end_sessions_;
  SignInCounters& counters_;
  const SessionPolicy policy_;
};

}  // namespace keelson
