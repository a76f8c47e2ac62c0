#include "core/notifications/outbox.h"

#include "core/common/status_macros.h"
#include "core/events/event_repository.h"
#include "core/notifications/message_repository.h"

namespace keelson {

absl::Status QueueMessage(WriteTransaction& tx, const CallContext& context, const Message& message) {
  RETURN_IF_ERROR(tx.messages().Insert(message));
  return tx.events().Append(MakeEvent("message.queued", message.id.ToString(), message.user_id, context,
                                      message.create_time,
                                      EventPayload().Add("template", message.template_name)));
}

}  // namespace keelson
