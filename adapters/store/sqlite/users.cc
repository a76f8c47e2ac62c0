#include "adapters/store/sqlite/users.h"

#include <set>

namespace keelson {
namespace {

constexpr auto kSelectUser = "SELECT " + kColumnNames<UserFields> + " FROM users WHERE ";
// Queries repeat this condition of the partial index users_by_email_key, so that SQLite can use the index.
constexpr auto kHoldsAddress = "state <> " + kSqlNumber<UserState::kErased>;

constexpr auto kFindUser = kSelectUser + "id = ?";
constexpr auto kFindUserByEmailKey = kSelectUser + "email_key = ? AND " + kHoldsAddress;
constexpr auto kListUsers = ListByState<UserState::kErased>("users", "users_by_state", "");
constexpr auto kCountPrefix =
    "SELECT count(*) FROM (SELECT 1 FROM users INDEXED BY users_by_email_key WHERE " + kHoldsAddress +
    " AND email_key >= ?1 AND email_key < ?2 LIMIT ?3)";
constexpr auto kListRarePrefix = "SELECT create_time, id FROM users INDEXED BY users_by_email_key WHERE " +
                                 kHoldsAddress + " AND email_key >= ?6 AND email_key < ?7 AND " +
                                 kInListStates + " AND " + kInListRange + kListOrder;
constexpr auto kListCommonPrefix =
    ListByState<UserState::kDeleted>("users", "users_by_state", " AND email_key >= ?6 AND email_key < ?7");

// SQLite rewrites an index entry whenever a statement sets one of its columns, even to the same value. A
// separate statement therefore sets these columns, and only if they change.
using UserIndexColumns = ColumnsNamed<"email_key", "state", "purge_time">;
using UserUpdateColumns = ColumnsWithout<MutableColumns, UserIndexColumns>;
constexpr auto kUpdateUserKeys = kUpdateById<SqlDialect::kSqlite, UserFields, "users", UserIndexColumns> +
                                 " AND (" + kDifferences<SqlDialect::kSqlite, UserFields, UserIndexColumns> +
                                 ")";

constexpr auto kInsertUser = kInsertInto<SqlDialect::kSqlite, UserFields, "users">;
constexpr auto kInsertUserUnlessTaken =
    kInsertUser + " ON CONFLICT (email_key) WHERE " + kHoldsAddress + " DO NOTHING";

constexpr Sql kFindPasswordHash = "SELECT password_hash FROM credentials WHERE user_id = ?";
constexpr Sql kDeletePasswordHash = "DELETE FROM credentials WHERE user_id = ?";
// Only deleted users have a purge_time.
constexpr auto kListPurgeable =
    kSelectUser + "purge_time <= ?1 AND (purge_time, id) > (?2, ?3) ORDER BY purge_time, id LIMIT ?4";
constexpr auto kSetPasswordHash =
    kSqliteInsertCredentials + " ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash";

constexpr auto kFindEmailToken = "SELECT " + kColumnNames<EmailToken> + " FROM email_tokens WHERE digest = ?";
constexpr auto kPutEmailToken = kInsertInto<SqlDialect::kSqlite, EmailToken, "email_tokens"> +
                                " ON CONFLICT (user_id, purpose) DO UPDATE SET " +
                                kExcludedAssignments<EmailToken>;
constexpr Sql kDeleteEmailToken = "DELETE FROM email_tokens WHERE user_id = ? AND purpose = ?";
constexpr Sql kDeleteEmailTokens = "DELETE FROM email_tokens WHERE user_id = ?";

// If fewer addresses than this have the prefix, the query sorts all users with these addresses for each page.
// For a more common prefix, scanning the users in list order fills the page sooner.
constexpr int kRare = 4096;

// Returns the smallest key that is greater than all keys with this prefix. Keys are UTF-8, so that no byte is
// 0xff.
std::string EndOfPrefix(std::string prefix) {
  ++prefix.back();
  return prefix;
}

std::optional<User> ReadOneUser(Rows rows) {
  if (!rows.Next()) return std::nullopt;
  return User(rows.ReadRow<UserFields>());
}

}  // namespace

SqliteUsers::SqliteUsers(Connection& connection)
    : connection_(connection),
      find_(connection, kFindUser),
      find_by_email_key_(connection, kFindUserByEmailKey),
      list_(connection, kListUsers),
      count_of_prefix_(connection, kCountPrefix),
      list_of_rare_prefix_(connection, kListRarePrefix),
      list_of_common_prefix_(connection, kListCommonPrefix),
      insert_(connection, kInsertUser),
      insert_unless_taken_(connection, kInsertUserUnlessTaken),
      insert_credentials_(connection, kSqliteInsertCredentials),
      update_(connection, kUpdateById<SqlDialect::kSqlite, UserFields, "users", UserUpdateColumns>),
      update_keys_(connection, kUpdateUserKeys),
      find_password_hash_(connection, kFindPasswordHash),
      set_password_hash_(connection, kSetPasswordHash),
      list_purgeable_(connection, kListPurgeable),
      delete_password_hash_(connection, kDeletePasswordHash) {}

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

absl::StatusOr<std::vector<User>> SqliteUsers::ListPurgeable(absl::Time now,
                                                             std::optional<ListPosition> after, int limit) {
  const ListPosition begin = after.value_or(ListPosition{absl::InfinitePast(), {}});
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    std::vector<User> users;
    Rows rows = list_purgeable_.Select(now, begin.create_time, begin.id, LimitParameter(limit));
    while (rows.Next()) users.emplace_back(rows.ReadRow<UserFields>());
    return users;
  });
}

absl::Status SqliteUsers::Insert(const User& user, std::string_view password_hash) {
  return connection_.CatchErrors([&] {
    insert_.ExecuteRow(user.fields());
    insert_credentials_.Execute(user->id, password_hash);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<bool>> SqliteUsers::InsertMany(const std::vector<NewAccount>& accounts) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<bool>> {
    std::vector<bool> inserted;
    inserted.reserve(accounts.size());
    for (const NewAccount& account : accounts) {
      inserted.push_back(insert_unless_taken_.ExecuteRow(account.user.fields()) == 1);
      if (inserted.back() && account.password_hash) {
        insert_credentials_.Execute(account.user->id, *account.password_hash);
      }
    }
    return inserted;
  });
}

absl::Status SqliteUsers::Update(const User& user) {
  return connection_.CatchErrors([&] {
    if (update_.ExecuteRow<UserUpdateColumns>(user.fields(), user->id) != 1) {
      return absl::InternalError("the user to update does not exist");
    }
    update_keys_.ExecuteRow<UserIndexColumns>(user.fields(), user->id);
    if (user.is_erased()) {
      delete_password_hash_.Execute(user->id);
      erased_ = true;
    }
    return absl::OkStatus();
  });
}

Found<std::string> SqliteUsers::FindPasswordHash(UserId id) {
  return connection_.CatchErrors([&]() -> Found<std::string> {
    Rows rows = find_password_hash_.Select(id);
    if (!rows.Next()) return std::nullopt;
    std::string password_hash;
    rows.Read(password_hash);
    return password_hash;
  });
}

absl::Status SqliteUsers::SetPasswordHash(UserId id, std::string_view password_hash) {
  return connection_.CatchErrors([&] {
    set_password_hash_.Execute(id, password_hash);
    return absl::OkStatus();
  });
}

SqliteTokens::SqliteTokens(Connection& connection)
    : connection_(connection),
      find_(connection, kFindEmailToken),
      put_(connection, kPutEmailToken),
      delete_(connection, kDeleteEmailToken),
      delete_all_(connection, kDeleteEmailTokens) {}

Found<EmailToken> SqliteTokens::FindForUpdate(const Sha256Digest& digest) {
  return connection_.CatchErrors([&]() -> Found<EmailToken> {
    Rows rows = find_.Select(digest);
    if (!rows.Next()) return std::nullopt;
    return rows.ReadRow<EmailToken>();
  });
}

absl::Status SqliteTokens::Put(const EmailToken& token) {
  return connection_.CatchErrors([&] {
    put_.ExecuteRow(token);
    return absl::OkStatus();
  });
}

absl::Status SqliteTokens::Delete(UserId user_id, TokenPurpose purpose) {
  return connection_.CatchErrors([&] {
    delete_.Execute(user_id, purpose);
    return absl::OkStatus();
  });
}

absl::Status SqliteTokens::DeleteAll(UserId user_id) {
  return connection_.CatchErrors([&] {
    delete_all_.Execute(user_id);
    return absl::OkStatus();
  });
}

}  // namespace keelson
