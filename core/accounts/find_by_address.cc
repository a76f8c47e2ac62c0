#include "core/accounts/find_by_address.h"

#include "core/accounts/user_repository.h"

namespace keelson {
namespace {

// Different addresses can share a former key, such as "straße@" and "strasse@".
bool Holds(const User& user, const EmailAddress& address) {
  const absl::StatusOr<EmailAddress> held = EmailAddress::Parse(user->email);
  return held.ok() && *held == address;
}

}  // namespace

Found<User> FindByAddress(UserReader& users, const EmailAddress& address) {
  Found<User> user = users.FindByEmailKey(address.key());
  const std::string former_key = address.former_key();
  if (!user.ok() || *user || former_key == address.key()) return user;
  user = users.FindByEmailKey(former_key);
  if (user.ok() && *user && !Holds(**user, address)) return std::nullopt;
  return user;
}

}  // namespace keelson
