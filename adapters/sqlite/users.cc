#include "adapters/sqlite/users.h"

#include "adapters/sqlite/columns.h"

namespace keelson {
namespace {

Found<User> ReadUser(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  UserFields f;
  WithColumns(f, [&](auto&... columns) { rows.Read(columns...); });
  return User(std::move(f));
}

}  // namespace

SqliteUsers::SqliteUsers(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " KEELSON_USER_COLUMNS " FROM users WHERE id = ?"),
      find_by_email_key_(connection,
                         "SELECT " KEELSON_USER_COLUMNS " FROM users WHERE email_key = ? AND state <> 4"),
      insert_(connection,
              "INSERT INTO users (" KEELSON_USER_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_credentials_(connection, "INSERT INTO credentials (user_id, password_hash) VALUES (?, ?)"),
      update_(connection,
              "UPDATE users SET email = ?2, email_key = ?3, email_verify_time = ?4, display_name = ?5, "
              "locale = ?6, state = ?7, labels = ?8, update_time = ?9, delete_time = ?10, purge_time = ?11, "
              "version = ?12 WHERE id = ?1") {}

Found<User> SqliteUsers::Find(UserId id) {
  return connection_.Guard([&] { return ReadUser(find_.Select(id)); });
}

Found<User> SqliteUsers::FindByEmailKey(std::string_view email_key) {
  return connection_.Guard([&] { return ReadUser(find_by_email_key_.Select(email_key)); });
}

absl::Status SqliteUsers::Insert(const User& user, std::string_view password_hash) {
  return connection_.Guard([&] {
    const UserFields& f = user.fields();
    WithColumns(f, [&](const auto&... columns) { insert_.Execute(columns...); });
    insert_credentials_.Execute(f.id, password_hash);
    return absl::OkStatus();
  });
}

absl::Status SqliteUsers::Update(const User& user) {
  return connection_.Guard([&] {
    const UserFields& f = user.fields();
    const int changed =
        update_.Execute(f.id, f.email, f.email_key, f.email_verify_time, f.display_name, f.locale, f.state,
                        f.labels, f.update_time, f.delete_time, f.purge_time, f.version);
    return changed == 1 ? absl::OkStatus() : absl::InternalError("no such user to update");
  });
}

SqliteTokens::SqliteTokens(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " KEELSON_TOKEN_COLUMNS " FROM email_tokens WHERE digest = ?"),
      put_(connection, "INSERT INTO email_tokens (" KEELSON_TOKEN_COLUMNS
                       ") VALUES (?, ?, ?, ?, ?) "
                       "ON CONFLICT (user_id, purpose) DO UPDATE SET digest = excluded.digest, "
                       "email_key = excluded.email_key, expire_time = excluded.expire_time"),
      delete_(connection, "DELETE FROM email_tokens WHERE digest = ?") {}

Found<EmailToken> SqliteTokens::Find(const Sha256Digest& digest) {
  return connection_.Guard([&]() -> Found<EmailToken> {
    Rows rows = find_.Select(digest);
    if (!rows.Next()) return std::nullopt;
    EmailToken token;
    WithColumns(token, [&](auto&... columns) { rows.Read(columns...); });
    return token;
  });
}

absl::Status SqliteTokens::Put(const EmailToken& token) {
  return connection_.Guard([&] {
    WithColumns(token, [&](const auto&... columns) { put_.Execute(columns...); });
    return absl::OkStatus();
  });
}

absl::Status SqliteTokens::Delete(const Sha256Digest& digest) {
  return connection_.Guard([&] {
    delete_.Execute(digest);
    return absl::OkStatus();
  });
}

}  // namespace keelson
