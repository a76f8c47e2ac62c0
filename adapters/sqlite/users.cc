#include "adapters/sqlite/users.h"

#include <set>

#include "adapters/sqlite/listing.h"

namespace keelson {
namespace {

#define KEELSON_USER_COLUMNS                                                                                 \
  "id, email, email_key, email_verify_time, display_name, locale, state, labels, create_time, update_time, " \
  "delete_time, purge_time, version"

User ReadUser(const Rows& rows) {
  UserFields f;
  rows.Read(f.id, f.email, f.email_key, f.email_verify_time, f.display_name, f.locale, f.state, f.labels,
            f.create_time, f.update_time, f.delete_time, f.purge_time, f.version);
  return User(std::move(f));
}

Found<User> ReadOne(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  return ReadUser(rows);
}

}  // namespace

SqliteUsers::SqliteUsers(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " KEELSON_USER_COLUMNS " FROM users WHERE id = ?"),
      find_by_email_key_(connection,
                         "SELECT " KEELSON_USER_COLUMNS " FROM users WHERE email_key = ? AND state <> 4"),
      list_(connection, "SELECT " KEELSON_USER_COLUMNS
                        " FROM users WHERE (?6 = '' OR (state <> 4 AND substr(email_key, 1, length(?6)) = "
                        "?6)) AND " KEELSON_LIST_FILTER),
      insert_(connection,
              "INSERT INTO users (" KEELSON_USER_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_credentials_(connection, "INSERT INTO credentials (user_id, password_hash) VALUES (?, ?)"),
      update_(connection,
              "UPDATE users SET email = ?2, email_key = ?3, email_verify_time = ?4, display_name = ?5, "
              "locale = ?6, state = ?7, labels = ?8, update_time = ?9, delete_time = ?10, purge_time = ?11, "
              "version = ?12 WHERE id = ?1") {}

Found<User> SqliteUsers::Find(UserId id) {
  return connection_.Guard([&] { return ReadOne(find_.Select(id)); });
}

Found<User> SqliteUsers::FindByEmailKey(std::string_view email_key) {
  return connection_.Guard([&] { return ReadOne(find_by_email_key_.Select(email_key)); });
}

absl::StatusOr<std::vector<User>> SqliteUsers::FindMany(std::span<const UserId> ids) {
  return connection_.Guard([&]() -> absl::StatusOr<std::vector<User>> {
    std::vector<User> found;
    for (const UserId& id : std::set(ids.begin(), ids.end())) {
      if (Rows rows = find_.Select(id); rows.Next()) found.push_back(ReadUser(rows));
    }
    return found;
  });
}

absl::StatusOr<std::vector<User>> SqliteUsers::List(const UserFilter& filter,
                                                    std::optional<ListPosition> before, int limit) {
  return connection_.Guard([&]() -> absl::StatusOr<std::vector<User>> {
    const ListPosition end = EndParameter(filter, before);
    std::vector<User> users;
    Rows rows = list_.Select(FromParameter(filter.created_from), end.create_time, end.id,
                             StatesParameter(filter.states), LimitParameter(limit), filter.email_prefix);
    while (rows.Next()) users.push_back(ReadUser(rows));
    return users;
  });
}

absl::Status SqliteUsers::Insert(const User& user, std::string_view password_hash) {
  return connection_.Guard([&] {
    const UserFields& f = user.fields();
    insert_.Execute(f.id, f.email, f.email_key, f.email_verify_time, f.display_name, f.locale, f.state,
                    f.labels, f.create_time, f.update_time, f.delete_time, f.purge_time, f.version);
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
      find_(connection,
            "SELECT digest, user_id, purpose, email_key, expire_time FROM email_tokens WHERE digest = ?"),
      put_(connection,
           "INSERT INTO email_tokens (digest, user_id, purpose, email_key, expire_time) VALUES (?, ?, ?, ?, "
           "?) "
           "ON CONFLICT (user_id, purpose) DO UPDATE SET digest = excluded.digest, "
           "email_key = excluded.email_key, expire_time = excluded.expire_time"),
      delete_(connection, "DELETE FROM email_tokens WHERE digest = ?") {}

Found<EmailToken> SqliteTokens::Find(const Sha256Digest& digest) {
  return connection_.Guard([&]() -> Found<EmailToken> {
    Rows rows = find_.Select(digest);
    if (!rows.Next()) return std::nullopt;
    EmailToken token;
    rows.Read(token.digest, token.user_id, token.purpose, token.email_key, token.expire_time);
    return token;
  });
}

absl::Status SqliteTokens::Put(const EmailToken& token) {
  return connection_.Guard([&] {
    put_.Execute(token.digest, token.user_id, token.purpose, token.email_key, token.expire_time);
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
