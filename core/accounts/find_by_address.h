#pragma once

#include "core/accounts/email_address.h"
#include "core/common/store.h"

namespace keelson {

// Returns the account that holds `address`: by its key, or by its former key where an earlier version stored
// the account.
Found<User> FindByAddress(UserReader& users, const EmailAddress& address);

}  // namespace keelson
