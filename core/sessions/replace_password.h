#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/sessions/end_sessions.h"
#include "core/store/store.h"

namespace keelson {

// Replaces the password of a user in the transaction of ResetPassword or ChangePassword. Thread-safe.
class ReplacePassword {
 public:
  ReplacePassword(IdGenerator& ids, EndSessions& end_sessions) : ids_(ids), end_sessions_(end_sessions) {}

  // Stores the hash, revokes a pending reset token and a pending change of the address, forgets failed
  // sign-ins, ends all sessions except `keep`, and queues the e-mail that tells the user. A person who knew
  // the previous password could have started the change of the address. `cause` is "password_reset" or
  // "password_changed": the name of the event, and the cause of the ends of sessions. The caller has locked
  // the user.
  absl::Status Apply(WriteTransaction& tx, const CallContext& context, const User& user,
                     std::string_view password_hash, std::string_view cause, std::optional<SessionId> keep,
                     absl::Time now);

 private:
  IdGenerator& ids_;
  EndSessions& end_sessions_;
};

}  // namespace keelson
