#include "core/accounts/batch_get_users.h"

#include <map>

#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

absl::StatusOr<std::vector<UserId>> ParseIds(const std::vector<std::string>& texts) {
  FieldErrors errors;
  if (texts.empty() || texts.size() > kMaxBatch) {
    return errors.Add("ids", StrCat("must have from 1 to ", kMaxBatch, " entries")).ToStatus();
  }
  std::vector<UserId> ids;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::optional<UserId> id = UserId::Parse(texts[i]);
    if (!id) errors.Add(StrCat("ids[", i, "]"), InvalidId<UserKind>());
    ids.push_back(id.value_or(UserId()));
  }
  if (!errors.empty()) return errors.ToStatus();
  return ids;
}

}  // namespace

absl::StatusOr<UserBatch> BatchGetUsers::Handle(const CallContext& context,
                                                const std::vector<std::string>& texts) {
  ASSIGN_OR_RETURN(const std::vector<UserId> ids, ParseIds(texts));
  std::vector<User> users;
  const absl::Status status = store_.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(users, tx.users().FindMany(ids));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;

  std::map<UserId, const User*> by_id;
  for (const User& user : users) by_id.emplace(user->id, &user);
  UserBatch batch;
  for (const UserId& id : ids) {
    const auto found = by_id.find(id);
    if (found != by_id.end()) {
      batch.users.push_back(*found->second);
    } else {
      batch.missing_ids.push_back(id.ToString());
    }
  }
  return batch;
}

}  // namespace keelson
