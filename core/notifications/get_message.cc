#include "core/notifications/get_message.h"

#include "core/common/email_address.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/notifications/message_change.h"
#include "core/notifications/message_repository.h"
#include "core/store/list_query.h"

namespace keelson {
namespace {

std::string CheckOptionalAddress(std::string_view field, std::string_view text, FieldErrors& errors) {
  if (text.empty()) return "";
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(text);
  if (address.ok()) return address->key();
  errors.Add(std::string(field), std::string(address.status().message()));
  return "";
}

// If a due message has no last_error, sets last_error to the reason why no provider is available.
void ExplainWait(const std::vector<ProviderStatus>& providers, absl::Time now, Message& message) {
  const bool waits = message.state == MessageState::kQueued && message.due_time <= now;
  if (waits && message.last_error.empty()) {
    message.last_error = ExplainUnavailable(providers, message.pinned_provider);
  }
}

}  // namespace

MessageFilter CheckMessageFilter(const ListMessagesQuery& query, FieldErrors& errors) {
  MessageFilter filter;
  filter.states = query.states;
  filter.user_id = CheckOptionalId<UserKind>("user_id", query.user_id, errors);
  filter.to_key = CheckOptionalAddress("to", query.to, errors);
  filter.created_from = WholeMicros(query.created_from);
  filter.created_before = WholeMicros(query.created_before);
  return filter;
}

std::string NameMessageList(std::string_view list, const MessageFilter& filter, std::string_view more) {
  FieldWriter name;
  name(std::string(list)), name(filter.states), name(filter.user_id), name(filter.to_key);
  name(filter.created_from), name(filter.created_before), name(std::string(more));
  return name.Take();
}

absl::StatusOr<Message> GetMessage::Handle(const CallContext& context, std::string_view id) {
  const std::optional<MessageId> message_id = MessageId::Parse(id);
  if (!message_id) return FieldErrors().Add("id", InvalidId<MessageKind>()).ToStatus();
  Message message;
  RETURN_IF_ERROR(store_.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(message, RequireMessage(tx.messages().Find(*message_id)));
    return absl::OkStatus();
  }));
  ExplainWait(providers_.ListProviders(), clock_.Now(), message);
  return message;
}

absl::StatusOr<MessagePage> ListMessages::Handle(const CallContext& context, const ListMessagesQuery& query) {
  FieldErrors errors;
  const int page_size = CheckPageSize(query.page_size, errors);
  const MessageFilter filter = CheckMessageFilter(query, errors);
  if (!errors.empty()) return errors.ToStatus();

  ASSIGN_OR_RETURN(MessagePage page,
                   ReadPage(store_, context, page_tokens_, NameMessageList("messages", filter),
                            query.page_token, page_size, &MessagePage::messages,
                            [&](ReadTransaction& tx, std::optional<ListPosition> before, int limit) {
                              return tx.messages().List(filter, before, limit);
                            }));
  const std::vector<ProviderStatus> providers = providers_.ListProviders();
  const absl::Time now = clock_.Now();
  for (Message& message : page.messages) ExplainWait(providers, now, message);
  return page;
}

}  // namespace keelson
