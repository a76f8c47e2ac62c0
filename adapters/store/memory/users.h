#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/store/memory/table.h"
#include "core/accounts/user_repository.h"
#include "core/store/export/rows.h"

namespace keelson {

class MemoryUsers : public UserRepository {
 public:
  explicit MemoryUsers(Journal& journal)
      : journal_(journal),
        users_(journal),
        passwords_(journal),
        by_email_key_(journal),
        by_position_(journal),
        by_purge_time_(journal) {}

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

  // These methods implement StoreExporter::Read and StoreImporter::Insert, as in the other repositories.
  std::vector<UserRow> ListAfter(std::string_view after, int limit) const;
  absl::Status InsertRow(const UserRow& user);

 private:
  absl::Status Put(const User& user);

  Journal& journal_;
  Table<UserId, User> users_;
  Table<UserId, std::string> passwords_;
  Table<std::string, UserId> by_email_key_;
  Table<ListPosition, UserId> by_position_;
  Table<ListPosition, UserId> by_purge_time_;
};

class MemoryTokens : public TokenRepository {
 public:
  explicit MemoryTokens(Journal& journal) : journal_(journal), tokens_(journal), by_owner_(journal) {}

  Found<EmailToken> FindForUpdate(const Sha256Digest& digest) override;
  absl::Status Put(const EmailToken& token) override;
  absl::Status Delete(UserId user_id, TokenPurpose purpose) override;
  absl::Status DeleteAll(UserId user_id) override;
  // Deletes at most `limit` tokens that expired before `now`. Returns their number.
  int DeleteExpired(absl::Time now, int limit);

  std::vector<EmailToken> ListAfter(std::string_view after, int limit) const;
  // INTERNAL if the user already has a token of this purpose.
  absl::Status Insert(const EmailToken& token);

 private:
  using Owner = std::pair<UserId, TokenPurpose>;

  Journal& journal_;
  Table<Sha256Digest, EmailToken> tokens_;
  Table<Owner, Sha256Digest> by_owner_;
};

}  // namespace keelson
