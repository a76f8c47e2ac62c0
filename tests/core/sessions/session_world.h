// The fixture of the session tests: World with the use cases of sessions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/sessions/change_password.h"
#include "core/sessions/count_sessions.h"
#include "core/sessions/end_sessions.h"
#include "core/sessions/introspect_session.h"
#include "core/sessions/list_sessions.h"
#include "core/sessions/password_verifier.h"
#include "core/sessions/record_session_uses.h"
#include "core/sessions/refresh_session.h"
#include "core/sessions/request_password_reset.h"
#include "core/sessions/reset_password.h"
#include "core/sessions/revoke_session.h"
#include "core/sessions/session_uses.h"
#include "core/sessions/sign_in.h"
#include "core/sessions/sign_in_counters.h"
#include "tests/core/world.h"

namespace keelson {

inline constexpr std::string_view kNewPassword = "another zq8#Lwp!";

// Signs in ada@example.com by default.
SignInCommand Credentials(std::string_view password = kPassword, std::string email = "ada@example.com",
                          std::string ip_address = "");

struct SessionWorld : World {
  using World::World;

  // Each call creates the use case with the current policies.
  absl::StatusOr<IssuedSession> TrySignIn(const SignInCommand& command = Credentials());
  absl::StatusOr<IssuedSession> Refresh(const Secret& token);
  absl::StatusOr<IntrospectedSession> Introspect(const Secret& token);
  absl::Status Revoke(const Secret& access_token);
  absl::Status Revoke(SessionId id);
  absl::StatusOr<int> RevokeAll(UserId id);
  absl::StatusOr<SessionPage> List(const ListSessionsQuery& query);
  absl::StatusOr<bool> RecordUses();
  // Returns the number of active sessions in the store.
  std::int64_t Count();
  absl::Status RequestReset(const std::string& email = "ada@example.com");
  absl::Status Reset(const std::string& token, std::string_view new_password = kNewPassword);
  // Changes Ada's password.
  absl::Status Change(std::string_view current, std::string_view chosen = kNewPassword,
                      std::optional<SessionId> keep = std::nullopt, std::string request_id = "");
  absl::Status ChangeOf(UserId id, std::string_view current, std::string_view chosen,
                        std::optional<SessionId> keep, std::string request_id = "");

  // Registers ada@example.com if needed, and signs her in.
  IssuedSession SignedIn();
  // The token in the newest password reset e-mail; empty if there is none.
  std::string ResetToken();
  // The stored sessions of Ada, newest first, expired ones too.
  std::vector<Session> Stored();
  std::string StoredHash(UserId id);
  // Replace stored values directly, without a use case.
  void SetHash(UserId id, const std::string& hash);
  void SetState(UserId id, UserState state);

  PasswordVerifier verifier{store, hasher};
  SignInCounters sign_ins{};
  SessionUses uses;
  PageTokens page_tokens{Sha256("key")};
};

}  // namespace keelson
