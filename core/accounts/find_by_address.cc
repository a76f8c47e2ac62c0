#include "core/accounts/find_by_address.h"

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

// Whether the user has this address. Compares the addresses, because different addresses can share a former
// key, such as "straße@" and "strasse@".
bool Holds(const User& user, const EmailAddress& address) {
  const absl::StatusOr<EmailAddress> held = EmailAddress::Parse(user->email);
  return held.ok() && *held == address;
}

Found<User> FindByEitherKey(const EmailAddress& address,
                            absl::FunctionRef<Found<User>(std::string_view email_key)> find_by_key) {
  Found<User> user = find_by_key(address.key());
  const std::string former_key = address.former_key();
  if (!user.ok() || *user || former_key == address.key()) return user;
  user = find_by_key(former_key);
  if (user.ok() && *user && !Holds(**user, address)) return std::nullopt;
  return user;
}

}  // namespace

Found<User> FindByAddress(UserReader& users, const EmailAddress& address) {
  return FindByEitherKey(address, [&](std::string_view key) { return users.FindByEmailKey(key); });
}

Found<User> FindByAddressForUpdate(UserRepository& users, const EmailAddress& address) {
  return FindByEitherKey(address, [&](std::string_view key) { return users.FindByEmailKeyForUpdate(key); });
}

absl::StatusOr<std::vector<std::optional<User>>> FindManyByAddress(UserReader& users,
                                                                   std::span<const EmailAddress> addresses) {
  std::set<std::string> keys;
  for (const EmailAddress& address : addresses) keys.insert({address.key(), address.former_key()});
  const std::vector<std::string> distinct(keys.begin(), keys.end());
  ASSIGN_OR_RETURN(const std::vector<User> found, users.FindManyByEmailKey(distinct));
  std::map<std::string_view, const User*> by_key;
  for (const User& user : found) by_key.emplace(user->email_key, &user);
  const auto find = [&](std::string_view key) -> Found<User> {
    const auto entry = by_key.find(key);
    return entry == by_key.end() ? std::nullopt : std::optional<User>(*entry->second);
  };
  std::vector<std::optional<User>> holders;
  holders.reserve(addresses.size());
  for (const EmailAddress& address : addresses) {
    ASSIGN_OR_RETURN(holders.emplace_back(), FindByEitherKey(address, find));
  }
  return holders;
}

absl::Status EmailTaken() {
  return MakeError(Reason::kEmailTaken, "an account with this e-mail address already exists",
                   {{"field", "email"}});
}

}  // namespace keelson
