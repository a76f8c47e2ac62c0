#include "adapters/store/postgres/users.h"

#include "adapters/store/postgres/listing.h"
#include "adapters/store/sql_columns/columns.h"

namespace keelson {
namespace {

#define KEELSON_PG_SELECT_USER "SELECT " KEELSON_USER_COLUMNS " FROM users WHERE "

User ReadUser(const PgResult& result, int row) {
  UserFields f;
  WithColumns(f, [&](auto&... columns) { result.Read(row, columns...); });
  return User(std::move(f));
}

std::optional<User> ReadOneUser(const PgResult& result) {
  if (result.rows() == 0) return std::nullopt;
  return ReadUser(result, 0);
}

}  // namespace

Found<User> PgUsers::Find(UserId id) {
  return session_.CatchErrors(
      [&]() -> Found<User> { return ReadOneUser(session_.SelectOne(KEELSON_PG_SELECT_USER "id = $1", id)); });
}

Found<User> PgUsers::FindForUpdate(UserId id) {
  return session_.CatchErrors([&]() -> Found<User> {
    return ReadOneUser(session_.SelectOne(KEELSON_PG_SELECT_USER "id = $1 FOR NO KEY UPDATE", id));
  });
}

Found<User> PgUsers::FindByEmailKey(std::string_view email_key) {
  return session_.CatchErrors([&]() -> Found<User> {
    return ReadOneUser(session_.SelectOne(KEELSON_PG_SELECT_USER "email_key = $1 AND state <> 4", email_key));
  });
}

Found<User> PgUsers::FindByEmailKeyForUpdate(std::string_view email_key) {
  return session_.CatchErrors([&]() -> Found<User> {
    return ReadOneUser(session_.SelectOne(
        KEELSON_PG_SELECT_USER "email_key = $1 AND state <> 4 FOR NO KEY UPDATE", email_key));
  });
}

absl::StatusOr<std::vector<User>> PgUsers::FindMany(std::span<const UserId> ids) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    return ReadRows(session_.Select(KEELSON_PG_SELECT_USER "id = ANY ($1)", ids), ReadUser);
  });
}

absl::StatusOr<std::vector<User>> PgUsers::List(const UserFilter& filter, std::optional<ListPosition> before,
                                                int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<User>> {
    return ReadRows(SelectUserPage(session_, filter, before, limit), ReadUser);
  });
}

absl::Status PgUsers::Insert(const User& user, std::string_view password_hash) {
  return session_.CatchErrors([&] {
    const UserFields& f = user.fields();
    WithColumns(f, [&](const auto&... columns) {
      session_.Execute("INSERT INTO users (" KEELSON_USER_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                       columns...);
    });
    session_.Execute("INSERT INTO credentials (user_id, password_hash) VALUES ($1, $2)", f.id, password_hash);
    return absl::OkStatus();
  });
}

absl::Status PgUsers::Update(const User& user) {
  return session_.CatchErrors([&] {
    const UserFields& f = user.fields();
    session_.ExecuteOneRow(
        "UPDATE users SET email = $2, email_key = $3, email_verify_time = $4, display_name = $5, locale = "
        "$6, "
        "state = $7, labels = $8, update_time = $9, delete_time = $10, purge_time = $11, version = $12 "
        "WHERE id = $1",
        f.id, f.email, f.email_key, f.email_verify_time, f.display_name, f.locale, f.state, f.labels,
        f.update_time, f.delete_time, f.purge_time, f.version);
    return absl::OkStatus();
  });
}

Found<EmailToken> PgTokens::FindForUpdate(const Sha256Digest& digest) {
  return session_.CatchErrors([&]() -> Found<EmailToken> {
    const PgResult result = session_.Select("SELECT " KEELSON_TOKEN_COLUMNS
                                            " FROM email_tokens WHERE digest = $1 FOR "
                                            "UPDATE",
                                            digest);
    if (result.rows() == 0) return std::nullopt;
    EmailToken t;
    WithColumns(t, [&](auto&... columns) { result.Read(0, columns...); });
    return t;
  });
}

absl::Status PgTokens::Put(const EmailToken& token) {
  return session_.CatchErrors([&] {
    session_.Execute(
        "INSERT INTO email_tokens (digest, user_id, purpose, email_key, expire_time) VALUES ($1, $2, $3, $4, "
        "$5) "
        "ON CONFLICT (user_id, purpose) DO UPDATE SET digest = excluded.digest, email_key = "
        "excluded.email_key, "
        "expire_time = excluded.expire_time",
        token.digest, token.user_id, token.purpose, token.email_key, token.expire_time);
    return absl::OkStatus();
  });
}

}  // namespace keelson
