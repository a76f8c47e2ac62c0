#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
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
      if (!slice_.Has(user.fields.id.uuid())) return;
      ids_.push_back(user.fields.id);
      if (user.fields.state == UserState::kErased) {
        erased_.emplace_back(user.fields.id, user.fields.update_time);
      }
      if (!user.fields.email_verify_time) unverified_.push_back(user.fields.id);
    });
  }

  // The nil id means that the row belongs to no user.
  bool Lacks(UserId id) const {
    return !id.is_nil() && slice_.Has(id.uuid()) && !std::binary_search(ids_.begin(), ids_.end(), id);
  }
  bool HasErased(UserId id) const { return ErasureOf(id).has_value(); }
  bool HasUnverified(UserId id) const {
    return std::binary_search(unverified_.begin(), unverified_.end(), id);
  }

  // Reports rows whose user does not exist. `outlives_user`: whether rows of erased users are valid.
  template <typename Row>
  absl::Status Check(Audit& audit, std::string_view invariant, bool outlives_user) const {
    return ForEach<Row>(audit, [&](const Row& row) { Judge(audit, invariant, row, outlives_user); });
  }

  absl::Status CheckSessions(Audit& audit) const {
    return ForEach<SessionFields>(audit, [&](const SessionFields& session) {
      Judge(audit, "session_has_user", session, false);
      if (!session.email_verified || !HasUnverified(session.user_id)) return;
      audit.Report("session_address_is_verified", session,
                   StrCat("the address of ", session.user_id.ToString(), " is not verified"));
    });
  }

  // Exactly the stored responses of erased users must be empty. A call after the erasure may store a response
  // with the note of a refund.
  absl::Status CheckResponses(Audit& audit) const {
    return ForEach<IdempotencyRecord>(audit, [&](const IdempotencyRecord& record) {
      if (!record.user_id || !slice_.Has(record.user_id->uuid())) return;
      const std::optional<absl::Time> erasure = ErasureOf(*record.user_id);
      const bool erased = erasure.has_value();
      if (erased == record.answer.empty() || (erased && record.create_time > *erasure)) return;
      audit.Report("erased_response_is_emptied", record,
                   StrCat(record.user_id->ToString(), " is ", erased ? "" : "not ",
                          "erased; the response has ", record.answer.size(), " bytes"));
    });
  }

 private:
  std::optional<absl::Time> ErasureOf(UserId id) const {
    const auto found =
        std::lower_bound(erased_.begin(), erased_.end(), id,
                         [](const auto& erased, const UserId& wanted) { return erased.first < wanted; });
    if (found == erased_.end() || found->first != id) return std::nullopt;
    return found->second;
  }

  template <typename Row>
  void Judge(Audit& audit, std::string_view invariant, const Row& row, bool outlives_user) const {
    if (Lacks(row.user_id)) audit.Report(invariant, row, StrCat("there is no ", row.user_id.ToString()));
    if (!outlives_user && HasErased(row.user_id)) {
      audit.Report(invariant, row, StrCat(row.user_id.ToString(), " is erased"));
    }
  }

  const Slice slice_;
  // Sorted, because users are read in key order.
  std::vector<UserId> ids_;
  // With the times of the erasures.
  std::vector<std::pair<UserId, absl::Time>> erased_;
  std::vector<UserId> unverified_;
};

}  // namespace

absl::Status CheckUsersExist(Audit& audit, std::uint32_t parts) {
  absl::Status status;
  for (std::uint32_t part = 0; part < parts && status.ok(); ++part) {
    UsersOfSlice users({part, parts});
    status = users.Load(audit);
    if (status.ok()) status = users.CheckSessions(audit);
    if (status.ok()) status = users.Check<OrderFields>(audit, "order_has_user", true);
    if (status.ok()) status = users.Check<Message>(audit, "message_has_user", false);
    if (status.ok()) status = users.Check<Event>(audit, "event_has_user", true);
    if (status.ok()) status = users.CheckResponses(audit);
  }
  return status;
}

}  // namespace keelson
