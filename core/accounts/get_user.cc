#include "core/accounts/get_user.h"

#include "core/accounts/find_by_address.h"
#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// `key` names the key that `find` uses, for the error message.
absl::StatusOr<User> Read(Store& store, const CallContext& context, std::string_view key,
                          absl::FunctionRef<Found<User>(UserReader&)> find) {
  std::optional<User> user;
  const absl::Status status = store.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(user, find(tx.users()));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  if (!user) return MakeError(Reason::kUserNotFound, StrCat("no user has this ", key));
  return *std::move(user);
}

}  // namespace

absl::StatusOr<User> GetUser::Handle(const CallContext& context, std::string_view id) {
  const std::optional<UserId> user_id = UserId::Parse(id);
  if (!user_id) return FieldErrors().Add("id", InvalidId<UserKind>()).ToStatus();
  return Read(store_, context, "id", [&](UserReader& users) { return users.Find(*user_id); });
}

absl::StatusOr<User> GetUserByEmail::Handle(const CallContext& context, std::string_view email) {
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(email);
  if (!address.ok()) return FieldErrors().Add("email", std::string(address.status().message())).ToStatus();
  return Read(store_, context, "e-mail address",
              [&](UserReader& users) { return FindByAddress(users, *address); });
}

}  // namespace keelson
