#include "core/accounts/notify_user.h"

#include <utility>

#include "core/notifications/outbox.h"

namespace keelson {

absl::Status NotifyUser(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                        std::string_view template_name, const User& recipient, TemplateVariables variables,
                        absl::Time now, std::optional<absl::Time> expire_time) {
  Message message;
  message.id = ids.Next<MessageKind>();
  message.template_name = template_name;
  message.locale = recipient->locale;
  message.to = recipient->email;
  message.to_key = recipient->email_key;
  message.user_id = recipient->id;
  message.variables = std::move(variables);
  message.variables.emplace("display_name", recipient->display_name);
  message.due_time = now;
  message.expire_time = expire_time;
  message.traceparent = context.traceparent;
  message.create_time = now;
  return QueueMessage(tx, context, message);
}

}  // namespace keelson
