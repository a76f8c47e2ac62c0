#include "core/notifications/flush_batch.h"

#include <string_view>

#include "core/common/context.h"
#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/notifications/message_repository.h"

namespace keelson {
namespace {

// Returns the type of the event that records the final state; empty if the state is not final.
std::string_view EventTypeOf(MessageState state) {
  switch (state) {
    case MessageState::kSent:
      return "message.sent";
    case MessageState::kDead:
      return "message.dead";
    case MessageState::kCancelled:
      return "message.cancelled";
    default:
      return "";
  }
}

absl::Status AppendEvents(WriteTransaction& tx, const FlushBatch& batch) {
  const CallContext context{std::string(kSystem), "", "", Deadline::Never()};
  for (std::size_t i = 0; i < batch.messages.size(); ++i) {
    const Message& message = batch.messages[i];
    const std::string_view event_type = EventTypeOf(message.state);
    if (!batch.saved[i] || event_type.empty()) continue;
    RETURN_IF_ERROR(tx.events().Append(
        MakeEvent(event_type, message.id.ToString(), message.user_id, context, batch.now,
                  EventPayload().Add("template", message.template_name).Add("provider", message.provider))));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<bool> IsAnyDue(Store& store, const FlushBatch& batch) {
  if (batch.capacity == 0) return false;
  bool any = false;
  RETURN_IF_ERROR(
      store.Read(Deadline::After(FlushBatch::kStoreTimeout), [&](ReadTransaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(any, tx.messages().AnyDue(batch.now));
        return absl::OkStatus();
      }));
  return any;
}

absl::Status WriteBatch(Store& store, FlushBatch& batch) {
  return store.Write(Deadline::After(FlushBatch::kStoreTimeout), [&](WriteTransaction& tx) -> absl::Status {
    batch.claimed.clear();
    ASSIGN_OR_RETURN(batch.saved, tx.messages().Save(batch.messages));
    RETURN_IF_ERROR(AppendEvents(tx, batch));
    if (batch.capacity == 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(batch.claimed, tx.messages().Claim(batch.now, batch.lease_until, batch.capacity));
    return absl::OkStatus();
  });
}

}  // namespace keelson
