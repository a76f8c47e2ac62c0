#pragma once

#include "adapters/store/postgres/session.h"
#include "core/repositories.h"

namespace keelson {

// Whether what a repository finds is locked until its transaction ends.
enum class PgLocking { kNone, kRows };

class PgUsers final : public UserRepository {
 public:
  PgUsers(PgSession& session, PgLocking locking) : session_(session), locking_(locking) {}

  Found<User> Find(UserId id) override;
  Found<User> FindByEmailKey(std::string_view email_key) override;
  absl::StatusOr<std::vector<User>> FindMany(std::span<const UserId> ids) override;
  absl::StatusOr<std::vector<User>> List(const UserFilter& filter, std::optional<ListPosition> before,
                                         int limit) override;
  Found<User> FindUnlocked(UserId id) override;
  absl::Status Insert(const User& user, std::string_view password_hash) override;
  absl::Status Update(const User& user) override;

 private:
  PgSession& session_;
  const PgLocking locking_;
};

class PgTokens final : public TokenRepository {
 public:
  explicit PgTokens(PgSession& session) : session_(session) {}

  Found<EmailToken> Find(const Sha256Digest& digest) override;
  absl::Status Put(const EmailToken& token) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
