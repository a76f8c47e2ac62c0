#pragma once

#include "adapters/store/postgres/session.h"
#include "core/repositories.h"

namespace keelson {

class PgUsers final : public UserRepository {
 public:
  explicit PgUsers(PgSession& session) : session_(session) {}

  Found<User> Find(UserId id) override;
  Found<User> FindByEmailKey(std::string_view email_key) override;
  absl::StatusOr<std::vector<User>> FindManyByEmailKey(std::span<const std::string> email_keys) override;
  absl::StatusOr<std::vector<User>> FindMany(std::span<const UserId> ids) override;
  absl::StatusOr<std::vector<User>> List(const UserFilter& filter, std::optional<ListPosition> before,
                                         int limit) override;
  absl::StatusOr<std::vector<User>> ListPurgeable(absl::Time now, std::optional<ListPosition> after,
                                                  int limit) override;
  Found<User> FindForUpdate(UserId id) override;
  Found<User> FindByEmailKeyForUpdate(std::string_view email_key) override;
  Found<User> FindForMessage(UserId id) override;
  absl::StatusOr<std::vector<User>> FindManyForMessage(std::span<const UserId> ids) override;
  Found<User> FindForErasure(UserId id) override;
  absl::Status Insert(const User& user, std::string_view password_hash) override;
  absl::StatusOr<std::vector<bool>> InsertMany(const std::vector<NewAccount>& accounts) override;
  absl::Status Update(const User& user) override;
  Found<std::string> FindPasswordHash(UserId id) override;
  absl::Status SetPasswordHash(UserId id, std::string_view password_hash) override;

 private:
  Found<User> FindById(const char* sql, UserId id);

  PgSession& session_;
};

class PgTokens final : public TokenRepository {
 public:
  explicit PgTokens(PgSession& session) : session_(session) {}

  Found<EmailToken> FindForUpdate(const Sha256Digest& digest) override;
  absl::Status Put(const EmailToken& token) override;
  absl::Status Delete(UserId user_id, TokenPurpose purpose) override;
  absl::Status DeleteAll(UserId user_id) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
