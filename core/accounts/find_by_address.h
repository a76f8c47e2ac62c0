#pragma once

#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/accounts/user_repository.h"
#include "core/common/email_address.h"
#include "core/store/store.h"

namespace keelson {

// Returns the account that holds `address`, by its key or by its former key (EmailAddress::former_key).
Found<User> FindByAddress(UserReader& users, const EmailAddress& address);
// Like FindByAddress, but locks the row until the transaction ends.
Found<User> FindByAddressForUpdate(UserRepository& users, const EmailAddress& address);
// Like FindByAddress for each of `addresses`, in the same order. Takes one round trip in a remote store.
absl::StatusOr<std::vector<std::optional<User>>> FindManyByAddress(UserReader& users,
                                                                   std::span<const EmailAddress> addresses);
// The error for an address that an account holds already.
absl::Status EmailTaken();

}  // namespace keelson
