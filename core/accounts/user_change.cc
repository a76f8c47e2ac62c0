#include "core/accounts/user_change.h"

#include <optional>
#include <utility>

#include "core/accounts/user_repository.h"
#include "core/common/etag.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {
namespace {

absl::StatusOr<User> LockUser(WriteTransaction& tx, UserId id, std::string_view etag) {
  ASSIGN_OR_RETURN(std::optional<User> user, tx.users().FindForUpdate(id));
  if (!user) return MakeError(Reason::kUserNotFound, "no user has this id");
  RETURN_IF_ERROR(CheckEtag(etag, (*user)->version));
  return *std::move(user);
}

}  // namespace

absl::StatusOr<User> ChangeUser(
    Store& store, const CallContext& context, const UserChange& change, FieldErrors errors, absl::Time now,
    absl::FunctionRef<absl::Status(WriteTransaction&, User&, EventPayload&)> step) {
  CheckRequestId(change.request_id, errors);
  const std::optional<UserId> id = UserId::Parse(change.id);
  if (!id) errors.Add(std::string(change.id_field), InvalidId<UserKind>());
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter content;
  content(*id), content(std::string(change.etag)), content(change.content);
  const Idempotency call(context, change.method, change.request_id, content.Take());
  const auto apply_step = [&](WriteTransaction& tx) -> absl::StatusOr<UserFields> {
    ASSIGN_OR_RETURN(User user, LockUser(tx, *id, change.etag));
    const std::int64_t version = user->version;
    EventPayload payload;
    RETURN_IF_ERROR(step(tx, user, payload));
    if (user->version == version) return user.fields();
    RETURN_IF_ERROR(tx.users().Update(user));
    RETURN_IF_ERROR(tx.events().Append(
        MakeEvent(change.event_type, id->ToString(), *id, context, now, std::move(payload))));
    return user.fields();
  };
  ASSIGN_OR_RETURN(UserFields fields, ExecuteIdempotently<UserFields>(store, context, call, now, apply_step));
  return User(std::move(fields));
}

}  // namespace keelson
