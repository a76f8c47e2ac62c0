#pragma once

#include <utility>

#include "adapters/store/sqlite/listing.h"
#include "adapters/store/sqlite/query.h"
#include "core/repositories.h"

namespace keelson {

inline constexpr Sql kSqliteInsertCredentials =
    "INSERT INTO credentials (user_id, password_hash) VALUES (?, ?)";

class SqliteUsers : public UserRepository {
 public:
  explicit SqliteUsers(Connection& connection);

  Found<User> Find(UserId id) override;
  Found<User> FindByEmailKey(std::string_view email_key) override;
  absl::StatusOr<std::vector<User>> FindMany(std::span<const UserId> ids) override;
  absl::StatusOr<std::vector<User>> List(const UserFilter& filter, std::optional<ListPosition> before,
                                         int limit) override;
  absl::StatusOr<std::vector<User>> ListPurgeable(absl::Time now, std::optional<ListPosition> after,
                                                  int limit) override;
  absl::Status Insert(const User& user, std::string_view password_hash) override;
  absl::StatusOr<std::vector<bool>> InsertMany(const std::vector<NewAccount>& accounts) override;
  absl::Status Update(const User& user) override;
  Found<std::string> FindPasswordHash(UserId id) override;
  absl::Status SetPasswordHash(UserId id, std::string_view password_hash) override;

  // Whether a user was erased since the last call. The transaction may have been rolled back.
  bool TakeErased() { return std::exchange(erased_, false); }

 private:
  std::vector<UserId> ListIds(const UserFilter& filter, const ListParameters& parameters);

  Connection& connection_;
  Query find_;
  Query find_by_email_key_;
  Query list_;
  Query count_of_prefix_;
  Query list_of_rare_prefix_;
  Query list_of_common_prefix_;
  Query insert_;
  Query insert_unless_taken_;
  Query insert_credentials_;
  Query update_;
  // Sets the indexed columns; see UserIndexColumns.
  Query update_keys_;
  Query find_password_hash_;
  Query set_password_hash_;
  Query list_purgeable_;
  Query delete_password_hash_;
  bool erased_ = false;
};

class SqliteTokens : public TokenRepository {
 public:
  explicit SqliteTokens(Connection& connection);

  Found<EmailToken> FindForUpdate(const Sha256Digest& digest) override;
  absl::Status Put(const EmailToken& token) override;
  absl::Status Delete(UserId user_id, TokenPurpose purpose) override;
  absl::Status DeleteAll(UserId user_id) override;

 private:
  Connection& connection_;
  Query find_;
  Query put_;
  Query delete_;
  Query delete_all_;
};

}  // namespace keelson
