#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/store/store.h"

namespace keelson {

// EMAIL_TAKEN. `field` is the field of the request that determines the address.
absl::Status EmailTaken(std::string_view field);

// Queues the e-mail that tells the holder of an address that somebody tried to use the address for another
// account, unless the cooldown of the address is active. Starts the cooldown. Only the holder is notified, so
// that the caller can't find out whether an account holds the address.
absl::Status NotifyAddressHolder(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                                 const User& holder, absl::Duration cooldown, absl::Time now);

}  // namespace keelson
