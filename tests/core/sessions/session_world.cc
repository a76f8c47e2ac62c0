#include "tests/core/sessions/session_world.h"

#include <utility>

#include "core/repositories.h"

namespace keelson {

SignInCommand Credentials(std::string_view password, std::string email, std::string ip_address) {
  SignInCommand command;
  command.email = std::move(email);
  command.password = Secret(std::string(password));
  command.ip_address = std::move(ip_address);
  return command;
}

absl::StatusOr<IssuedSession> SessionWorld::TrySignIn(const SignInCommand& command) {
  EndSessions end_sessions(sessions);
  return SignIn(store, clock, entropy, ids, verifier, end_sessions, sign_ins, sessions)
      .Handle(context, command);
}

absl::StatusOr<IssuedSession> SessionWorld::Refresh(const Secret& token) {
  return RefreshSession(store, clock, entropy, sessions).Handle(context, token);
}

absl::StatusOr<IntrospectedSession> SessionWorld::Introspect(const Secret& token) {
  return IntrospectSession(store, clock, uses, sessions).Handle(context, token);
}

absl::Status SessionWorld::Revoke(const Secret& access_token) {
  return RevokeSession(store, clock, sessions).ByAccessToken(context, access_token);
}

absl::Status SessionWorld::Revoke(SessionId id) {
  return RevokeSession(store, clock, sessions).ById(context, id.ToString());
}

absl::StatusOr<int> SessionWorld::RevokeAll(UserId id) {
  EndSessions end_sessions(sessions);
  return RevokeAllSessions(store, clock, end_sessions).Handle(context, id.ToString());
}

absl::StatusOr<SessionPage> SessionWorld::List(const ListSessionsQuery& query) {
  return ListSessions(store, clock, page_tokens, sessions).Handle(context, query);
}

absl::StatusOr<bool> SessionWorld::RecordUses() {
  return RecordSessionUses(store, uses, sessions).Handle();
}

std::int64_t SessionWorld::Count() {
  CountSessions count_sessions(store, clock, sessions);
  Must(count_sessions.Handle());
  return count_sessions.active();
}

absl::Status SessionWorld::RequestReset(const std::string& email) {
  return RequestPasswordReset(store, clock, entropy, ids, accounts).Handle(context, email);
}

absl::Status SessionWorld::Reset(const std::string& token, std::string_view new_password) {
  EndSessions end_sessions(sessions);
  ReplacePassword replace_password(ids, end_sessions);
  ResetPasswordCommand command;
  command.token = Secret(token);
  command.new_password = Secret(std::string(new_password));
  return ResetPassword(store, hasher, clock, replace_password, accounts).Handle(context, command);
}

absl::Status SessionWorld::Change(std::string_view current, std::string_view chosen,
                                  std::optional<SessionId> keep, std::string request_id) {
  return ChangeOf(Ada()->id, current, chosen, keep, std::move(request_id));
}

absl::Status SessionWorld::ChangeOf(UserId id, std::string_view current, std::string_view chosen,
                                    std::optional<SessionId> keep, std::string request_id) {
  EndSessions end_sessions(sessions);
  ReplacePassword replace_password(ids, end_sessions);
  ChangePasswordCommand command;
  command.request_id = std::move(request_id);
  command.user_id = id.ToString();
  command.current_password = Secret(std::string(current));
  command.new_password = Secret(std::string(chosen));
  if (keep) command.keep_session_id = keep->ToString();
  return ChangePassword(store, hasher, clock, verifier, replace_password, accounts).Handle(context, command);
}

IssuedSession SessionWorld::SignedIn() {
  Ada();
  return Must(TrySignIn());
}

std::string SessionWorld::ResetToken() {
  return NewestTokenIn("password_reset");
}

std::vector<Session> SessionWorld::Stored() {
  std::vector<Session> stored;
  const UserId id = Ada()->id;
  Must(store.Read(Deadline::Never(), [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(stored, tx.sessions().List(id, std::nullopt, 1000));
    return absl::OkStatus();
  }));
  return stored;
}

std::string SessionWorld::StoredHash(UserId id) {
  std::optional<std::string> hash;
  Must(store.Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(hash, tx.users().FindPasswordHash(id));
    return absl::OkStatus();
  }));
  return hash.value();
}

void SessionWorld::SetHash(UserId id, const std::string& hash) {
  Must(store.Write(Deadline::Never(),
                   [&](WriteTransaction& tx) { return tx.users().SetPasswordHash(id, hash); }));
}

void SessionWorld::SetState(UserId id, UserState state) {
  UserFields fields = Load(id).fields();
  fields.state = state;
  ++fields.version;
  Overwrite(fields);
}

}  // namespace keelson
