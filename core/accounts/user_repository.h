// core/store/store.h specifies List: the order of the rows, the start of a page and the cost.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/fields.h"
#include "core/common/found.h"
#include "core/common/id.h"
#include "core/common/list_position.h"
#include "core/store/idempotency.h"

namespace keelson {

struct UserFilter {
  // Empty: every state.
  std::vector<UserState> states;
  // Prefix of the canonical key of the address; empty: every user. Erased accounts have no address and match
  // no prefix.
  std::string email_prefix;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
};

class UserReader {
 public:
  virtual ~UserReader() = default;
  virtual Found<User> Find(UserId id) = 0;
  // Returns the account whose address has this canonical key. Erased accounts have no address.
  virtual Found<User> FindByEmailKey(std::string_view email_key) = 0;
  // Returns the accounts whose addresses have these canonical keys, unsorted. Takes one round trip in a
  // remote store. The keys must be distinct.
  virtual absl::StatusOr<std::vector<User>> FindManyByEmailKey(std::span<const std::string> email_keys) {
    return FindEach<User>(email_keys, [&](const std::string& key) { return FindByEmailKey(key); });
  }
  // Returns the existing users of `ids`, without duplicates and unsorted.
  virtual absl::StatusOr<std::vector<User>> FindMany(std::span<const UserId> ids) = 0;
  virtual absl::StatusOr<std::vector<User>> List(const UserFilter& filter, std::optional<ListPosition> before,
                                                 int limit) = 0;
  // Returns at most `limit` DELETED users with a purge_time of at most `now`, by purge_time and id, after the
  // position `after` (a purge_time and an id). The cost does not depend on the number of other users.
  virtual absl::StatusOr<std::vector<User>> ListPurgeable(absl::Time now, std::optional<ListPosition> after,
                                                          int limit) = 0;
};

// An account to insert.
struct NewAccount {
  User user;
  // nullopt: the user has no password.
  std::optional<std::string> password_hash;
};

class UserRepository : public UserReader {
 public:
  // Like Find and FindByEmailKey, but lock the row until the transaction ends. Use them for a user that the
  // transaction changes, or whose state must not change before the commit. A store that runs one Write at a
  // time needs no row locks.
  virtual Found<User> FindForUpdate(UserId id) { return Find(id); }
  virtual Found<User> FindByEmailKeyForUpdate(std::string_view email_key) {
    return FindByEmailKey(email_key);
  }
  // Like Find and FindMany, and prevent the erasure of the users until the transaction ends, but no other
  // change. Use them before inserting messages to a user who is not locked by FindForUpdate.
  virtual Found<User> FindForMessage(UserId id) { return Find(id); }
  virtual absl::StatusOr<std::vector<User>> FindManyForMessage(std::span<const UserId> ids) {
    return FindMany(ids);
  }
  // Like FindForUpdate, and also waits for transactions that called FindForMessage or FindManyForMessage.
  virtual Found<User> FindForErasure(UserId id) { return Find(id); }
  // ALREADY_EXISTS (EMAIL_TAKEN) if another account has the address.
  virtual absl::Status Insert(const User& user, std::string_view password_hash) = 0;
  // Inserts the accounts, except those whose address another account or an earlier one of `accounts` has.
  // Returns for each account whether it was inserted. A skipped account does not fail the transaction.
  virtual absl::StatusOr<std::vector<bool>> InsertMany(const std::vector<NewAccount>& accounts) = 0;
  // For an ERASED user, also deletes the password hash. Once Write has returned, the files that the store
  // writes no longer contain the data that the transaction of the erasure deleted or overwrote; the store's
  // README lists the exceptions.
  virtual absl::Status Update(const User& user) = 0;
  // Returns the user's password hash; nullopt if the user does not exist or has no password.
  virtual Found<std::string> FindPasswordHash(UserId id) = 0;
  // Replaces the user's password hash, or adds the first one. The caller has locked the user by
  // FindForUpdate, and compares the stored hash first where a concurrent change of the password matters.
  virtual absl::Status SetPasswordHash(UserId id, std::string_view password_hash) = 0;
};

// A token that was sent by e-mail. Only the token's digest is stored.
struct EmailToken {
  Sha256Digest digest{};
  UserId user_id;
  TokenPurpose purpose = TokenPurpose::kVerifyEmail;
  // The canonical key of the account's address when the token was sent. The token is invalid once the account
  // has another address.
  std::string email_key;
  absl::Time expire_time;
  // EmailAddress::text() of the address to which a kChangeEmail token changes; empty for every other purpose.
  std::string new_email = {};

  bool operator==(const EmailToken&) const = default;
};

template <>
inline constexpr auto kFields<EmailToken> = std::tuple{
    Mutable("digest", &EmailToken::digest),           Immutable("user_id", &EmailToken::user_id),
    Immutable("purpose", &EmailToken::purpose),       Mutable("email_key", &EmailToken::email_key),
    Mutable("expire_time", &EmailToken::expire_time), Mutable("new_email", &EmailToken::new_email),
};

class TokenRepository {
 public:
  virtual ~TokenRepository() = default;
  // Locks the row until the transaction ends.
  virtual Found<EmailToken> FindForUpdate(const Sha256Digest& digest) = 0;
  // Stores the token, and replaces the user's token of the same purpose, if there is one.
  virtual absl::Status Put(const EmailToken& token) = 0;
  // Deletes the user's token of this purpose, if any.
  virtual absl::Status Delete(UserId user_id, TokenPurpose purpose) = 0;
  // Deletes all tokens of the user.
  virtual absl::Status DeleteAll(UserId user_id) = 0;
};

class CooldownRepository {
 public:
  virtual ~CooldownRepository() = default;
  // Starts a cooldown until `until` and returns true, unless a cooldown is active at `now`. Writes in both
  // cases, so that the duration of the commit does not reveal whether a cooldown was active.
  virtual absl::StatusOr<bool> TryStart(const Fingerprint& key, absl::Time now, absl::Time until) = 0;
  // Ends the cooldown, if any.
  virtual absl::Status Delete(const Fingerprint& key) = 0;
};

}  // namespace keelson
