#include "core/accounts/user_steps.h"

#include <utility>

#include "core/accounts/user_change.h"
#include "core/common/status_macros.h"
#include "core/common/text.h"

namespace keelson {

absl::StatusOr<User> TakeUserStep(Store& store, const CallContext& context, std::string_view method,
                                  std::string_view event_type, const UserStepCommand& command, absl::Time now,
                                  absl::FunctionRef<absl::Status(WriteTransaction&, User&)> transition) {
  constexpr std::size_t kMaxStepReason = 500;
  FieldErrors errors;
  CheckLine("reason", command.reason, kMaxStepReason, errors);
  return ChangeUser(store, context,
                    {method, command.request_id, "id", command.id, command.etag, command.reason, event_type},
                    std::move(errors), now, [&](WriteTransaction& tx, User& user, EventPayload& payload) {
                      if (!command.reason.empty()) payload.Add("reason", command.reason);
                      return transition(tx, user);
                    });
}

absl::StatusOr<User> SuspendUser::Handle(const CallContext& context, const UserStepCommand& command) {
  const absl::Time now = clock_.Now();
  return TakeUserStep(store_, context, "SuspendUser", "user.suspended", command, now,
                      [&](WriteTransaction& tx, User& user) -> absl::Status {
                        RETURN_IF_ERROR(user.Suspend(now));
                        return sessions_.RevokeAll(tx, context, user->id, "suspended", now).status();
                      });
}

absl::StatusOr<User> ReinstateUser::Handle(const CallContext& context, const UserStepCommand& command) {
  const absl::Time now = clock_.Now();
  return TakeUserStep(store_, context, "ReinstateUser", "user.reinstated", command, now,
                      [&](WriteTransaction&, User& user) { return user.Reinstate(now); });
}

absl::StatusOr<User> DeleteUser::Handle(const CallContext& context, const UserStepCommand& command) {
  const absl::Time now = clock_.Now();
  return TakeUserStep(store_, context, "DeleteUser", "user.deleted", command, now,
                      [&](WriteTransaction& tx, User& user) -> absl::Status {
                        RETURN_IF_ERROR(user.Delete(now, policy_.retention));
                        return sessions_.RevokeAll(tx, context, user->id, "deleted", now).status();
                      });
}

absl::StatusOr<User> UndeleteUser::Handle(const CallContext& context, const UserStepCommand& command) {
  const absl::Time now = clock_.Now();
  return TakeUserStep(store_, context, "UndeleteUser", "user.undeleted", command, now,
                      [&](WriteTransaction&, User& user) { return user.Undelete(now); });
}

}  // namespace keelson
