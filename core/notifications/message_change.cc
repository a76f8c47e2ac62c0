#include "core/notifications/message_change.h"

#include <string>

#include "core/common/error.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"
#include "core/notifications/message_repository.h"

namespace keelson {

absl::StatusOr<Message> FindMessage(MessageReader& messages, MessageId id) {
  Found<Message> message = messages.Find(id);
  if (!message.ok()) return message.status();
  if (!*message) return MakeError(Reason::kMessageNotFound, "there is no such message");
  return **std::move(message);
}

absl::Status MessageStateError(const Message& message, std::string_view expected, std::string_view why) {
  const std::string_view state = MessageStateName(message.state);
  return MakeError(Reason::kMessageState, StrCat("the message is ", state, "; ", why),
                   {{"state", std::string(state)}, {"expected", std::string(expected)}});
}

absl::Status ApplyStep(WriteTransaction& tx, const CallContext& context, std::string_view event_type,
                       absl::Time now, absl::FunctionRef<absl::Status(Message&)> step, Message& message) {
  absl::Status status = step(message);
  if (!status.ok()) return status;
  if (status = tx.messages().Update(message); !status.ok()) return status;
  return tx.events().Append(MakeEvent(event_type, message.id.ToString(), message.user_id, context, now,
                                      EventPayload().Add("template", message.template_name)));
}

absl::StatusOr<Message> ChangeMessage(Store& store, const CallContext& context, std::string_view id,
                                      std::string_view event_type, absl::Time now,
                                      absl::FunctionRef<absl::Status(Message&)> step) {
  const std::optional<MessageId> message_id = MessageId::Parse(id);
  if (!message_id) return FieldErrors().Add("id", InvalidId<MessageKind>()).ToStatus();
  absl::StatusOr<Message> message = absl::UnknownError("not changed");
  const absl::Status changed = store.Write(context.deadline, [&](WriteTransaction& tx) {
    message = FindMessage(tx.messages(), *message_id);
    if (!message.ok()) return message.status();
    return ApplyStep(tx, context, event_type, now, step, *message);
  });
  if (!changed.ok()) return changed;
  return message;
}

}  // namespace keelson
