#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/email_address.h"
#include "core/common/id.h"
#include "core/store/store.h"

namespace keelson {

// EMAIL_TAKEN. `field` is the field of the request that determines the address.
absl::Status EmailTaken(std::string_view field);

// Queues the e-mail that tells the holder of an address that somebody tried to use the address for another
// account. Only the holder is notified, so that the caller can't find out whether an account holds the
// address.
absl::Status NotifyAddressHolder(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                                 const User& holder, absl::Time now);

// Starts the cooldown of NotifyAddressHolder, and returns false if it is active. Callers start it for a free
// address, too: both cases take the same round trips to the store, and calls for one address run one after
// the other, because the row of the cooldown is locked.
absl::StatusOr<bool> TryStartHolderCooldown(WriteTransaction& tx, const EmailAddress& email,
                                            absl::Duration cooldown, absl::Time now);

}  // namespace keelson
