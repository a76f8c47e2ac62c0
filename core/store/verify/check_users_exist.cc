#include <algorithm>

#include "core/common/strings.h"
#include "core/store/verify/check_links.h"
#include "core/store/verify/slice.h"

namespace keelson {
namespace {

class UsersOfSlice {
 public:
  explicit UsersOfSlice(Slice slice) : slice_(slice) {}

  absl::Status Load(Audit& audit) {
    return ForEach<UserRow>(audit, [&](const UserRow& user) {
      if (slice_.Has(user.fields.id.uuid())) ids_.push_back(user.fields.id);
    });
  }

  // The nil id means that the row belongs to no user.
  bool Lacks(UserId id) const {
    return !id.is_nil() && slice_.Has(id.uuid()) && !std::binary_search(ids_.begin(), ids_.end(), id);
  }

  template <typename Row>
  absl::Status Check(Audit& audit, std::string_view invariant) const {
    return ForEach<Row>(audit, [&](const Row& row) {
      if (Lacks(row.user_id)) audit.Report(invariant, row, StrCat("there is no ", row.user_id.ToString()));
    });
  }

 private:
  const Slice slice_;
  // Sorted, because users are read in key order.
  std::vector<UserId> ids_;
};

}  // namespace

absl::Status CheckUsersExist(Audit& audit, std::uint32_t parts) {
  absl::Status status;
  for (std::uint32_t part = 0; part < parts && status.ok(); ++part) {
    UsersOfSlice users({part, parts});
    status = users.Load(audit);
    if (status.ok()) status = users.Check<SessionFields>(audit, "session_has_user");
    if (status.ok()) status = users.Check<OrderFields>(audit, "order_has_user");
    if (status.ok()) status = users.Check<Message>(audit, "message_has_user");
    if (status.ok()) status = users.Check<Event>(audit, "event_has_user");
  }
  return status;
}

}  // namespace keelson
