#include "adapters/store/sqlite/users.h"

#include <set>

#include "adapters/store/sql_columns/columns.h"

namespace keelson {
namespace {

constexpr int kUserStates = static_cast<int>(UserState::kErased);
constexpr int kStatesWithAddress = kUserStates - 1;

// So many addresses are sorted for a page, rather than looked for among all users.
constexpr int kRare = 4096;

// The least key that is greater than every one with this prefix. A key is UTF-8, so no byte of it is 0xff.
std::string EndOfPrefix(std::string prefix) {
  ++prefix.back();
  return prefix;
}

User ReadUser(const Rows& rows) {
  UserFields f;
  WithColumns(f, [&](auto&... columns) { rows.Read(columns...); });
  return User(std::move(f));
}

std::optional<User> ReadOneUser(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  return ReadUser(rows);
}

}  // namespace

SqliteUsers::SqliteUsers(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " KEELSON_USER_COLUMNS " FROM users WHERE id = ?"),
      find_by_email_key_(connection,
                         "SELECT " KEELSON_USER_COLUMNS " FROM users WHERE email_key = ? AND state <> 4"),
      list_(connection, ListByState("users", "users_by_state", kUserStates)),
      count_of_prefix_(connection,
                       "SELECT count(*) FROM (SELECT 1 FROM users INDEXED BY users_by_email_key WHERE state "
                       "<> 4 AND email_key >= ?1 AND email_key < ?2 LIMIT ?3)"),
      list_of_rare_prefix_(
          connection,
          "SELECT create_time, id FROM users INDEXED BY users_by_email_key WHERE state <> 4 AND email_key >= "
          "?6 AND email_key < ?7 AND " KEELSON_LIST_STATES " AND " KEELSON_LIST_RANGE KEELSON_LIST_ORDER),
      list_of_common_prefix_(connection, ListByState("users", "users_by_state", kStatesWithAddress,
                                                     "email_key >= ?6 AND email_key < ?7")),
      insert_(connection,
              "INSERT INTO users (" KEELSON_USER_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_credentials_(connection, "INSERT INTO credentials (user_id, password_hash) VALUES (?, ?)"),
      update_(connection,
              "UPDATE users SET email = ?2, email_verify_time = ?3, display_name = ?4, locale = ?5, "
              "labels = ?6, update_time = ?7, delete_time = ?8, purge_time = ?9, version = ?10 "
              "WHERE id = ?1"),
      update_keys_(connection,
                   "UPDATE users SET email_key = ?2, state = ?3 WHERE id = ?1 AND (email_key <> ?2 OR "
                   "state <> ?3)") {}

Found<User> SqliteUsers::Find(UserId id) {
  return connection_.CatchErrors([&]() -> Found<User> { return ReadOneUser(find_.Select(id)); });
}

Found<User> SqliteUsers::FindByEmailKey(std::string_view email_key) {
  return connection_.CatchErrors(
      [&]() -> Found<User> { return ReadOneUser(find_by_email_key_.Select(email_key)); });
}

absl::StatusOr<std::vector<User>> SqliteUsers::FindMany(std::span<const UserId> ids) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    std::vector<User> users;
    for (const UserId& id : std::set(ids.begin(), ids.end())) {
      if (std::optional<User> user = ReadOneUser(find_.Select(id))) users.push_back(*std::move(user));
    }
    return users;
  });
}

std::vector<UserId> SqliteUsers::ListIds(const UserFilter& filter, const ListParameters& parameters) {
  if (filter.email_prefix.empty()) return SelectIds<UserId>(list_, parameters);
  const std::string end = EndOfPrefix(filter.email_prefix);
  int count = 0;
  if (Rows rows = count_of_prefix_.Select(filter.email_prefix, end, kRare); rows.Next()) rows.Read(count);
  return SelectIds<UserId>(count < kRare ? list_of_rare_prefix_ : list_of_common_prefix_, parameters,
                           filter.email_prefix, end);
}

absl::StatusOr<std::vector<User>> SqliteUsers::List(const UserFilter& filter,
                                                    std::optional<ListPosition> before, int limit) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    std::vector<User> users;
    for (const UserId& id : ListIds(filter, ParametersOf(filter, before, limit))) {
      users.push_back(ReadOneUser(find_.Select(id)).value());
    }
    return users;
  });
}

absl::Status SqliteUsers::Insert(const User& user, std::string_view password_hash) {
  return connection_.CatchErrors([&] {
    const UserFields& f = user.fields();
    WithColumns(f, [&](const auto&... columns) { insert_.Execute(columns...); });
    insert_credentials_.Execute(f.id, password_hash);
    return absl::OkStatus();
  });
}

absl::Status SqliteUsers::Update(const User& user) {
  return connection_.CatchErrors([&] {
    const UserFields& f = user.fields();
    const int changed = update_.Execute(f.id, f.email, f.email_verify_time, f.display_name, f.locale,
                                        f.labels, f.update_time, f.delete_time, f.purge_time, f.version);
    if (changed != 1) return absl::InternalError("no such user to update");
    update_keys_.Execute(f.id, f.email_key, f.state);
    return absl::OkStatus();
  });
}

SqliteTokens::SqliteTokens(Connection& connection)
    : connection_(connection),
      find_(connection, "SELECT " KEELSON_TOKEN_COLUMNS " FROM email_tokens WHERE digest = ?"),
      put_(connection, "INSERT INTO email_tokens (" KEELSON_TOKEN_COLUMNS
                       ") VALUES (?, ?, ?, ?, ?) "
                       "ON CONFLICT (user_id, purpose) DO UPDATE SET digest = excluded.digest, "
                       "email_key = excluded.email_key, expire_time = excluded.expire_time") {}

Found<EmailToken> SqliteTokens::FindForUpdate(const Sha256Digest& digest) {
  return connection_.CatchErrors([&]() -> Found<EmailToken> {
    Rows rows = find_.Select(digest);
    if (!rows.Next()) return std::nullopt;
    EmailToken token;
    WithColumns(token, [&](auto&... columns) { rows.Read(columns...); });
    return token;
  });
}

absl::Status SqliteTokens::Put(const EmailToken& token) {
  return connection_.CatchErrors([&] {
    WithColumns(token, [&](const auto&... columns) { put_.Execute(columns...); });
    return absl::OkStatus();
  });
}

}  // namespace keelson
