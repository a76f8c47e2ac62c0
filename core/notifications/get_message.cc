#include "core/notifications/get_message.h"

#include "core/accounts/email_address.h"
#include "core/common/error.h"
#include "core/common/list_query.h"
#include "core/common/rows.h"
#include "core/notifications/message_change.h"

namespace keelson {
namespace {

std::string CheckOptionalAddress(std::string_view field, std::string_view text, FieldErrors& errors) {
  if (text.empty()) return "";
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(text);
  if (address.ok()) return address->key();
  errors.Add(std::string(field), std::string(address.status().message()));
  return "";
}

}  // namespace

absl::StatusOr<Message> GetMessage::operator()(const CallContext& context, std::string_view id) {
  const std::optional<MessageId> message_id = MessageId::Parse(id);
  if (!message_id) return FieldErrors().Add("id", InvalidId<MessageKind>()).ToStatus();
  absl::StatusOr<Message> message = absl::UnknownError("not read");
  const absl::Status status = store_.Read(context.deadline, [&](ReadTransaction& tx) {
    message = FindMessage(tx.messages(), *message_id);
    return message.status();
  });
  if (!status.ok()) return status;
  return message;
}

absl::StatusOr<MessagePage> ListMessages::operator()(const CallContext& context,
                                                     const ListMessagesQuery& query) {
  FieldErrors errors;
  MessageFilter filter;
  const int page_size = CheckPageSize(query.page_size, errors);
  filter.states = query.states;
  filter.user_id = CheckOptionalId<UserKind>("user_id", query.user_id, errors);
  filter.to_key = CheckOptionalAddress("to", query.to, errors);
  if (!errors.empty()) return errors.ToStatus();

  ArchiveWriter list;
  list(std::string("messages")), list(filter.states), list(filter.user_id), list(filter.to_key);
  return ReadPage(store_, context, page_tokens_, list.Take(), query.page_token, page_size,
                  &MessagePage::messages,
                  [&](ReadTransaction& tx, std::optional<ListPosition> before, int limit) {
                    return tx.messages().List(filter, before, limit);
                  });
}

}  // namespace keelson
