#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/store/store.h"

namespace keelson {

// Ends sessions for use cases of accounts, which must not depend on sessions (core/sessions/end_sessions.h).
// Thread-safe.
class SessionRevoker {
 public:
  virtual ~SessionRevoker() = default;
  // Ends every session of the user in `tx`, and records one event for each. `cause` is the reason in the
  // events, such as "suspended". The caller has locked the user by UserRepository::FindForUpdate. Returns the
  // number of sessions that were active.
  virtual absl::StatusOr<int> RevokeAll(WriteTransaction& tx, const CallContext& context, UserId user_id,
                                        std::string_view cause, absl::Time now) = 0;
};

}  // namespace keelson
