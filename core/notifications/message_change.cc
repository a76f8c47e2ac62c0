#include "core/notifications/message_change.h"

#include <string>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/notifications/message_repository.h"

namespace keelson {

absl::StatusOr<Message> RequireMessage(Found<Message> found) {
  ASSIGN_OR_RETURN(std::optional<Message> message, std::move(found));
  if (!message) return MakeError(Reason::kMessageNotFound, "no message has this id");
  return *std::move(message);
}

absl::Status MessageStateError(const Message& message, std::string_view expected, std::string_view why) {
  const std::string_view state = MessageStateName(message.state);
  return MakeError(Reason::kMessageState, StrCat("the message is ", state, "; ", why),
                   {{"state", std::string(state)}, {"expected", std::string(expected)}});
}

absl::Status ApplyStep(WriteTransaction& tx, const CallContext& context, std::string_view event_type,
                       absl::Time now, absl::FunctionRef<absl::Status(Message&)> step, Message& message) {
  RETURN_IF_ERROR(step(message));
  RETURN_IF_ERROR(tx.messages().Update(message));
  return tx.events().Append(MakeEvent(event_type, message.id.ToString(), message.user_id, context, now,
                                      EventPayload().Add("template", message.template_name)));
}

absl::StatusOr<Message> ChangeMessage(Store& store, const CallContext& context, std::string_view id,
                                      std::string_view event_type, absl::Time now,
                                      absl::FunctionRef<absl::Status(Message&)> step) {
  const std::optional<MessageId> message_id = MessageId::Parse(id);
  if (!message_id) return FieldErrors().Add("id", InvalidId<MessageKind>()).ToStatus();
  Message message;
  RETURN_IF_ERROR(store.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(message, RequireMessage(tx.messages().FindForUpdate(*message_id)));
    return ApplyStep(tx, context, event_type, now, step, message);
  }));
  return message;
}

}  // namespace keelson
