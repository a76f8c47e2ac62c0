#include "adapters/store/postgres/users.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/listing.h"

namespace keelson {
namespace {

constexpr auto kSelectUser = "SELECT " + kColumnNames<UserFields> + " FROM users WHERE ";
constexpr auto kFindUser = kSelectUser + "id = $1";
constexpr auto kFindUserForUpdate = kFindUser + " FOR NO KEY UPDATE";
// Conflicts with FOR UPDATE only.
constexpr auto kFindUserForMessage = kFindUser + " FOR KEY SHARE";
constexpr auto kFindUserForErasure = kFindUser + " FOR UPDATE";
// Only deleted users have a purge_time.
constexpr auto kListPurgeable =
    kSelectUser + "purge_time <= $1 AND (purge_time, id) > ($2, $3) ORDER BY purge_time, id LIMIT $4";
constexpr auto kFindUserByEmailKey =
    kSelectUser + "email_key = $1 AND state <> " + kSqlNumber<UserState::kErased>;
constexpr auto kFindUserByEmailKeyForUpdate = kFindUserByEmailKey + " FOR NO KEY UPDATE";
constexpr auto kFindUsersByEmailKey =
    kSelectUser + "email_key = ANY ($1) AND state <> " + kSqlNumber<UserState::kErased>;
constexpr auto kFindUsers = kSelectUser + "id = ANY ($1)";
constexpr auto kFindUsersForMessage = kFindUsers + " ORDER BY id FOR KEY SHARE";
constexpr auto kInsertUser = kInsertInto<SqlDialect::kPostgres, UserFields, "users">;
constexpr Sql kInsertCredentials = "INSERT INTO credentials (user_id, password_hash) VALUES ($1, $2)";
constexpr auto kInsertUsersUnlessTaken =
    "INSERT INTO users (" + kColumnNames<UserFields> + ") SELECT * FROM unnest(" +
    kParameters<SqlDialect::kPostgres, UserFields> + ") ON CONFLICT (email_key) WHERE state <> " +
    kSqlNumber<UserState::kErased> + " DO NOTHING RETURNING id";
constexpr Sql kInsertManyCredentials =
    "INSERT INTO credentials (user_id, password_hash) SELECT * FROM unnest($1, $2)";
constexpr auto kUpdateUser = kUpdateById<SqlDialect::kPostgres, UserFields, "users">;
constexpr Sql kFindPasswordHash = "SELECT password_hash FROM credentials WHERE user_id = $1";
constexpr Sql kDeletePasswordHash = "DELETE FROM credentials WHERE user_id = $1";
constexpr auto kSetPasswordHash =
    kInsertCredentials + " ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash";

constexpr auto kFindEmailToken =
    "SELECT " + kColumnNames<EmailToken> + " FROM email_tokens WHERE digest = $1 FOR UPDATE";
constexpr auto kPutEmailToken = kInsertInto<SqlDialect::kPostgres, EmailToken, "email_tokens"> +
                                " ON CONFLICT (user_id, purpose) DO UPDATE SET " +
                                kExcludedAssignments<EmailToken>;
constexpr Sql kDeleteEmailToken = "DELETE FROM email_tokens WHERE user_id = $1 AND purpose = $2";
constexpr Sql kDeleteEmailTokens = "DELETE FROM email_tokens WHERE user_id = $1";

std::optional<User> ReadOneUser(const PgResult& result) {
  return ReadOneRow<UserFields, User>(result);
}

// Returns the ids of the inserted users.
std::set<UserId> InsertUnlessTaken(PgSession& session, const std::vector<NewAccount>& accounts) {
  // All transactions insert addresses in the same order, so that two of them never wait for each other. Of
  // equal addresses, the first one stays first.
  std::vector<std::pair<std::string_view, std::size_t>> order;
  order.reserve(accounts.size());
  for (const NewAccount& account : accounts) order.emplace_back(account.user->email_key, order.size());
  std::sort(order.begin(), order.end());
  std::vector<UserFields> rows;
  rows.reserve(accounts.size());
  for (const auto& [email_key, number] : order) rows.push_back(accounts[number].user.fields());
  const PgResult result = WithColumnArrays(
      rows, [&](const auto&... columns) { return session.Select(kInsertUsersUnlessTaken, columns...); });
  std::set<UserId> ids;
  for (int row = 0; row < result.rows(); ++row) {
    UserId id;
    result.Read(row, id);
    ids.insert(id);
  }
  return ids;
}

}  // namespace

Found<User> PgUsers::FindById(const char* sql, UserId id) {
  return session_.CatchErrors([&]() -> Found<User> { return ReadOneUser(session_.SelectOne(sql, id)); });
}

Found<User> PgUsers::Find(UserId id) {
  return FindById(kFindUser, id);
}

Found<User> PgUsers::FindForUpdate(UserId id) {
  return FindById(kFindUserForUpdate, id);
}

Found<User> PgUsers::FindForMessage(UserId id) {
  return FindById(kFindUserForMessage, id);
}

Found<User> PgUsers::FindForErasure(UserId id) {
  return FindById(kFindUserForErasure, id);
}

Found<User> PgUsers::FindByEmailKey(std::string_view email_key) {
  return session_.CatchErrors(
      [&]() -> Found<User> { return ReadOneUser(session_.SelectOne(kFindUserByEmailKey, email_key)); });
}

Found<User> PgUsers::FindByEmailKeyForUpdate(std::string_view email_key) {
  return session_.CatchErrors([&]() -> Found<User> {
    return ReadOneUser(session_.SelectOne(kFindUserByEmailKeyForUpdate, email_key));
  });
}

absl::StatusOr<std::vector<User>> PgUsers::FindManyByEmailKey(std::span<const std::string> email_keys) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    return ReadRows<UserFields, User>(session_.Select(kFindUsersByEmailKey, email_keys));
  });
}

absl::StatusOr<std::vector<User>> PgUsers::FindMany(std::span<const UserId> ids) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    return ReadRows<UserFields, User>(session_.Select(kFindUsers, ids));
  });
}

absl::StatusOr<std::vector<User>> PgUsers::FindManyForMessage(std::span<const UserId> ids) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    return ReadRows<UserFields, User>(session_.Select(kFindUsersForMessage, ids));
  });
}

absl::StatusOr<std::vector<User>> PgUsers::List(const UserFilter& filter, std::optional<ListPosition> before,
                                                int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    return ReadRows<UserFields, User>(SelectUserPage(session_, filter, before, limit));
  });
}

absl::StatusOr<std::vector<User>> PgUsers::ListPurgeable(absl::Time now, std::optional<ListPosition> after,
                                                         int limit) {
  const ListPosition begin = after.value_or(ListPosition{absl::InfinitePast(), {}});
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    return ReadRows<UserFields, User>(
        session_.Select(kListPurgeable, now, begin.create_time, UserId(begin.id), LimitParameter(limit)));
  });
}

absl::Status PgUsers::Insert(const User& user, std::string_view password_hash) {
  return session_.CatchErrors([&] {
    InsertRow(session_, kInsertUser, user.fields());
    session_.Execute(kInsertCredentials, user->id, password_hash);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<bool>> PgUsers::InsertMany(const std::vector<NewAccount>& accounts) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<bool>> {
    if (accounts.empty()) return std::vector<bool>();
    const std::set<UserId> ids = InsertUnlessTaken(session_, accounts);
    std::vector<bool> inserted;
    std::vector<UserId> owners;
    std::vector<std::string> hashes;
    for (const auto& [user, password_hash] : accounts) {
      inserted.push_back(ids.contains(user->id));
      if (!inserted.back() || !password_hash) continue;
      owners.push_back(user->id);
      hashes.push_back(*password_hash);
    }
    if (!owners.empty()) session_.Execute(kInsertManyCredentials, owners, hashes);
    return inserted;
  });
}

absl::Status PgUsers::Update(const User& user) {
  return session_.CatchErrors([&] {
    UpdateRow(session_, kUpdateUser, user.fields());
    if (user.is_erased()) session_.Execute(kDeletePasswordHash, user->id);
    return absl::OkStatus();
  });
}

Found<std::string> PgUsers::FindPasswordHash(UserId id) {
  return session_.CatchErrors([&]() -> Found<std::string> {
    const PgResult result = session_.SelectOne(kFindPasswordHash, id);
    if (result.rows() == 0) return std::nullopt;
    std::string password_hash;
    result.Read(0, password_hash);
    return password_hash;
  });
}

absl::Status PgUsers::SetPasswordHash(UserId id, std::string_view password_hash) {
  return session_.CatchErrors([&] {
    session_.Execute(kSetPasswordHash, id, password_hash);
    return absl::OkStatus();
  });
}

Found<EmailToken> PgTokens::FindForUpdate(const Sha256Digest& digest) {
  return session_.CatchErrors([&]() -> Found<EmailToken> {
    return ReadOneRow<EmailToken>(session_.Select(kFindEmailToken, digest));
  });
}

absl::Status PgTokens::Put(const EmailToken& token) {
  return session_.CatchErrors([&] {
    InsertRow(session_, kPutEmailToken, token);
    return absl::OkStatus();
  });
}

absl::Status PgTokens::Delete(UserId user_id, TokenPurpose purpose) {
  return session_.CatchErrors([&] {
    session_.Execute(kDeleteEmailToken, user_id, purpose);
    return absl::OkStatus();
  });
}

absl::Status PgTokens::DeleteAll(UserId user_id) {
  return session_.CatchErrors([&] {
    session_.Execute(kDeleteEmailTokens, user_id);
    return absl::OkStatus();
  });
}

}  // namespace keelson
