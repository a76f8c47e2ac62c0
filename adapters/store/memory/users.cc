#include "adapters/store/memory/users.h"

#include <set>

#include "adapters/store/memory/expired_rows.h"
#include "adapters/store/memory/listing.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

bool Matches(const UserFilter& filter, const UserFields& fields) {
  return MatchesCommon(filter, fields) &&
         (filter.email_prefix.empty() ||
          (fields.state != UserState::kErased && fields.email_key.starts_with(filter.email_prefix)));
}

}  // namespace

Found<User> MemoryUsers::Find(UserId id) {
  const User* user = users_.Find(id);
  return user ? std::optional<User>(*user) : std::nullopt;
}

Found<User> MemoryUsers::FindByEmailKey(std::string_view email_key) {
  const UserId* id = by_email_key_.Find(std::string(email_key));
  if (id == nullptr) return std::nullopt;
  return Find(*id);
}

absl::StatusOr<std::vector<User>> MemoryUsers::FindMany(std::span<const UserId> ids) {
  std::vector<User> found;
  for (const UserId& id : std::set(ids.begin(), ids.end())) {
    if (const User* user = users_.Find(id)) found.push_back(*user);
  }
  return found;
}

absl::StatusOr<std::vector<User>> MemoryUsers::List(const UserFilter& filter,
                                                    std::optional<ListPosition> before, int limit) {
  const auto matches = [&](const User& user) { return Matches(filter, user.fields()); };
  return ListNewestFirst(by_position_.rows(), users_.rows(), matches, before, limit);
}

absl::StatusOr<std::vector<User>> MemoryUsers::ListPurgeable(absl::Time now,
                                                             std::optional<ListPosition> after, int limit) {
  std::vector<User> users;
  for (auto entry = after ? by_purge_time_.rows().upper_bound(*after) : by_purge_time_.rows().begin();
       entry != by_purge_time_.rows().end() && entry->first.create_time <= now &&
       static_cast<int>(users.size()) < limit;
       ++entry) {
    users.push_back(*users_.Find(entry->second));
  }
  return users;
}

absl::Status MemoryUsers::Put(const User& user) {
  if (user->state != UserState::kErased) {
    const UserId* holder = by_email_key_.Find(user->email_key);
    if (holder != nullptr && *holder != user->id) {
      return journal_.Fail(
          MakeError(Reason::kEmailTaken, "an account with this e-mail address already exists"));
    }
    by_email_key_.Put(user->email_key, user->id);
  }
  if (user->purge_time) by_purge_time_.Put({*user->purge_time, user->id.uuid()}, user->id);
  users_.Put(user->id, user);
  return absl::OkStatus();
}

absl::Status MemoryUsers::Insert(const User& user, std::string_view password_hash) {
  return InsertRow({user.fields(), std::string(password_hash)});
}

absl::StatusOr<std::vector<bool>> MemoryUsers::InsertMany(const std::vector<NewAccount>& accounts) {
  std::vector<bool> inserted;
  for (const NewAccount& account : accounts) {
    inserted.push_back(by_email_key_.Find(account.user->email_key) == nullptr);
    if (inserted.back()) RETURN_IF_ERROR(InsertRow({account.user.fields(), account.password_hash}));
  }
  return inserted;
}

absl::Status MemoryUsers::InsertRow(const UserRow& user) {
  const UserId id = user.fields.id;
  if (users_.Find(id) != nullptr)
    return journal_.Fail(absl::InternalError("a user with this id already exists"));
  if (user.password_hash) passwords_.Put(id, *user.password_hash);
  by_position_.Put(PositionOf(User(user.fields)), id);
  return Put(User(user.fields));
}

absl::Status MemoryUsers::Update(const User& user) {
  const User* old = users_.Find(user->id);
  if (old == nullptr) return journal_.Fail(absl::InternalError("the user to update does not exist"));
  if ((*old)->state != UserState::kErased) by_email_key_.Erase((*old)->email_key);
  if ((*old)->purge_time) by_purge_time_.Erase({*(*old)->purge_time, user->id.uuid()});
  if (user.is_erased()) passwords_.Erase(user->id);
  return Put(user);
}

Found<std::string> MemoryUsers::FindPasswordHash(UserId id) {
  const std::string* hash = passwords_.Find(id);
  return hash ? std::optional<std::string>(*hash) : std::nullopt;
}

absl::Status MemoryUsers::SetPasswordHash(UserId id, std::string_view password_hash) {
  if (users_.Find(id) == nullptr)
    return journal_.Fail(absl::InternalError("the user of the password does not exist"));
  passwords_.Put(id, std::string(password_hash));
  return absl::OkStatus();
}

std::vector<UserRow> MemoryUsers::ListAfter(std::string_view after, int limit) const {
  return keelson::ListAfter(users_.rows(), IdInKey<UserId>(after), limit,
                            [&](UserId id, const User& user) -> UserRow {
                              const std::string* hash = passwords_.Find(id);
                              return {user.fields(), hash ? std::optional(*hash) : std::nullopt};
                            });
}

Found<EmailToken> MemoryTokens::FindForUpdate(const Sha256Digest& digest) {
  const EmailToken* token = tokens_.Find(digest);
  return token ? std::optional<EmailToken>(*token) : std::nullopt;
}

absl::Status MemoryTokens::Put(const EmailToken& token) {
  RETURN_IF_ERROR(Delete(token.user_id, token.purpose));
  by_owner_.Put({token.user_id, token.purpose}, token.digest);
  tokens_.Put(token.digest, token);
  return absl::OkStatus();
}

absl::Status MemoryTokens::Delete(UserId user_id, TokenPurpose purpose) {
  if (const Sha256Digest* digest = by_owner_.Find({user_id, purpose})) tokens_.Erase(*digest);
  by_owner_.Erase({user_id, purpose});
  return absl::OkStatus();
}

absl::Status MemoryTokens::DeleteAll(UserId user_id) {
  for (const TokenPurpose purpose :
       {TokenPurpose::kVerifyEmail, TokenPurpose::kResetPassword, TokenPurpose::kChangeEmail}) {
    RETURN_IF_ERROR(Delete(user_id, purpose));
  }
  return absl::OkStatus();
}

int MemoryTokens::DeleteExpired(absl::Time now, int limit) {
  const std::vector<Sha256Digest> expired =
      ListExpired(tokens_, limit, [&](const EmailToken& token) { return token.expire_time < now; });
  for (const Sha256Digest& digest : expired) {
    const EmailToken& token = *tokens_.Find(digest);
    by_owner_.Erase({token.user_id, token.purpose});
    tokens_.Erase(digest);
  }
  return static_cast<int>(expired.size());
}

std::vector<EmailToken> MemoryTokens::ListAfter(std::string_view after, int limit) const {
  std::optional<Owner> owner;
  if (!after.empty()) {
    owner.emplace(UuidInKey(after), static_cast<TokenPurpose>(NumberInKey(after, sizeof(Uuid))));
  }
  return keelson::ListAfter(by_owner_.rows(), owner, limit,
                            [&](const Owner&, const Sha256Digest& digest) { return *tokens_.Find(digest); });
}

absl::Status MemoryTokens::Insert(const EmailToken& token) {
  if (by_owner_.Find({token.user_id, token.purpose}) != nullptr || tokens_.Find(token.digest) != nullptr) {
    return journal_.Fail(absl::InternalError("a token of this user and purpose already exists"));
  }
  return Put(token);
}

}  // namespace keelson
