#include "core/notifications/send_test_message.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "core/common/email_address.h"
#include "core/common/error.h"
#include "core/common/locale.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/notifications/outbox.h"

namespace keelson {

std::string SendTestMessage::ProviderText(const SendTestMessageCommand& command) const {
  return command.provider.empty() ? absl::StrJoin(providers_, ", ") : command.provider;
}

absl::StatusOr<Message> SendTestMessage::Handle(const CallContext& context,
                                                const SendTestMessageCommand& command) {
  FieldErrors errors;
  const absl::StatusOr<EmailAddress> to = EmailAddress::Parse(command.to);
  if (!to.ok()) errors.Add("to", std::string(to.status().message()));
  if (!command.provider.empty() &&
      std::find(providers_.begin(), providers_.end(), command.provider) == providers_.end()) {
    errors.Add("provider", StrCat("must be a configured provider: ", absl::StrJoin(providers_, ", ")));
  }
  if (!errors.empty()) return errors.ToStatus();

  const absl::Time now = clock_.Now();
  Message message;
  message.id = ids_.Next<MessageKind>();
  message.template_name = "test_message";
  message.locale = kDefaultLocale;
  message.to = to->text();
  message.to_key = to->key();
  // The recipient is not a user, so the greeting has no name.
  message.variables = {{"display_name", ""},
                       {"provider", ProviderText(command)},
                       {"time", absl::FormatTime("%Y-%m-%d %H:%M UTC", now, absl::UTCTimeZone())}};
  message.due_time = now;
  message.pinned_provider = command.provider;
  message.traceparent = context.traceparent;
  message.create_time = now;
  RETURN_IF_ERROR(store_.Write(context.deadline,
                               [&](WriteTransaction& tx) { return QueueMessage(tx, context, message); }));
  return message;
}

}  // namespace keelson
