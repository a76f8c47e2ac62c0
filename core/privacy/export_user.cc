#include "core/privacy/export_user.h"

#include <optional>
#include <string_view>
#include <vector>

#include "core/accounts/user_repository.h"
#include "core/common/error.h"
#include "core/common/list_position.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/privacy/entity_json.h"
#include "core/refunds/refund_repository.h"
#include "core/sessions/session_repository.h"

namespace keelson {
namespace {

// Number of rows in memory at a time, beside the document.
constexpr int kRowsPerRead = 100;

// Orders, refunds and sessions hold their fields; messages and events are their fields.
template <typename Entity>
const auto& FieldsOf(const Entity& entity) {
  if constexpr (requires { entity.fields(); }) {
    return entity.fields();
  } else {
    return entity;
  }
}

class UserDocument {
 public:
  UserDocument(ReadTransaction& tx, UserId id, std::size_t max_bytes)
      : tx_(tx), id_(id), max_bytes_(max_bytes) {}

  absl::StatusOr<std::string> Write() {
    // Before the other reads, so that the snapshot has the events of every committed change (EventReader).
    RETURN_IF_ERROR(tx_.events().FindLast().status());
    ASSIGN_OR_RETURN(const std::optional<User> user, tx_.users().Find(id_));
    if (!user) return MakeError(Reason::kUserNotFound, "no user has this id");
    json_.BeginObject();
    json_.Key("user");
    WriteObject(json_, user->fields());
    RETURN_IF_ERROR(
        WriteList("sessions", [&](auto before) { return tx_.sessions().List(id_, before, kRowsPerRead); }));
    OrderFilter orders;
    orders.user_id = id_;
    RETURN_IF_ERROR(
        WriteList("orders", [&](auto before) { return tx_.orders().List(orders, before, kRowsPerRead); }));
    RefundFilter refunds;
    refunds.user_id = id_;
    RETURN_IF_ERROR(
        WriteList("refunds", [&](auto before) { return tx_.refunds().List(refunds, before, kRowsPerRead); }));
    MessageFilter messages;
    messages.user_id = id_;
    RETURN_IF_ERROR(WriteList(
        "messages", [&](auto before) { return tx_.messages().List(messages, before, kRowsPerRead); }));
    RETURN_IF_ERROR(WriteEvents());
    json_.EndObject();
    return json_.Take();
  }

 private:
  // Writes the rows that `read` returns, newest first, until `read` returns the last slice.
  template <typename Reader>
  absl::Status WriteList(std::string_view name, const Reader& read) {
    std::optional<ListPosition> before;
    json_.Key(name);
    json_.BeginArray();
    while (true) {
      ASSIGN_OR_RETURN(const auto rows, read(before));
      RETURN_IF_ERROR(WriteRows(rows));
      if (rows.size() < kRowsPerRead) break;
      before = PositionOf(rows.back());
    }
    json_.EndArray();
    return absl::OkStatus();
  }

  // Events are written oldest first.
  absl::Status WriteEvents() {
    std::int64_t sequence = 0;
    json_.Key("events");
    json_.BeginArray();
    while (true) {
      ASSIGN_OR_RETURN(const std::vector<Event> events, tx_.events().ListOfUser(id_, sequence, kRowsPerRead));
      RETURN_IF_ERROR(WriteRows(events));
      if (events.size() < kRowsPerRead) break;
      sequence = events.back().sequence;
    }
    json_.EndArray();
    return absl::OkStatus();
  }

  template <typename Entity>
  absl::Status WriteRows(const std::vector<Entity>& rows) {
    for (const Entity& row : rows) {
      WriteObject(json_, FieldsOf(row));
      if (json_.size() > max_bytes_) return TooLarge();
    }
    return absl::OkStatus();
  }

  absl::Status TooLarge() const {
    return MakeError(Reason::kExportTooLarge,
                     StrCat("the data of the user takes more than ", max_bytes_,
                            " bytes: read the data with GetUser, ListSessions, ListOrders, ListRefunds and "
                            "ListMessages"),
                     {{"limit_bytes", StrCat(max_bytes_)}});
  }

  ReadTransaction& tx_;
  const UserId id_;
  const std::size_t max_bytes_;
  JsonWriter json_;
};

}  // namespace

absl::StatusOr<std::string> ExportUser::Handle(const CallContext& context, const std::string& id) {
  const std::optional<UserId> user_id = UserId::Parse(id);
  if (!user_id) return FieldErrors().Add("id", InvalidId<UserKind>()).ToStatus();
  std::string document;
  RETURN_IF_ERROR(store_.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(document, UserDocument(tx, *user_id, max_bytes_).Write());
    return absl::OkStatus();
  }));
  return document;
}

}  // namespace keelson
