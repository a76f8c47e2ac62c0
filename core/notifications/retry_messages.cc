#include "core/notifications/retry_messages.h"

#include <algorithm>
#include <span>
#include <vector>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/notifications/message_change.h"
#include "core/notifications/message_repository.h"
#include "core/notifications/message_steps.h"
#include "core/store/list_query.h"

namespace keelson {
namespace {

void CheckStates(const std::vector<MessageState>& states, FieldErrors& errors) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i] == MessageState::kDead) continue;
    errors.Add(StrCat("states[", i, "]"), "must be DEAD: only DEAD messages can be retried");
  }
}

}  // namespace

absl::StatusOr<RetriedMessages> RetryMessages::Handle(const CallContext& context,
                                                      const RetryMessagesQuery& query) {
  FieldErrors errors;
  const int page_size = CheckPageSize(query.page_size, errors);
  CheckStates(query.states, errors);
  MessageFilter filter = CheckMessageFilter(query, errors);
  if (!errors.empty()) return errors.ToStatus();
  filter.states = {MessageState::kDead};

  const std::string list = NameMessageList("retry_messages", filter, query.template_name);
  ASSIGN_OR_RETURN(
      const MessagePage page,
      ReadPage(store_, context, page_tokens_, list, query.page_token, page_size, &MessagePage::messages,
               [&](ReadTransaction& tx, std::optional<ListPosition> before, int limit) {
                 return tx.messages().List(filter, before, limit);
               }));

  const absl::Time now = clock_.Now();
  RetriedMessages result;
  result.next_page_token = page.next_page_token;
  std::vector<MessageId> ids;
  for (const Message& message : page.messages) {
    if (!query.template_name.empty() && message.template_name != query.template_name) continue;
    if (IsExpired(message, now)) {
      ++result.expired;
    } else {
      ids.push_back(message.id);
    }
  }
  for (std::size_t i = 0; i < ids.size(); i += kBatch) {
    const auto batch = std::span(ids).subspan(i, std::min(kBatch, ids.size() - i));
    ASSIGN_OR_RETURN(const int retried, RetryBatch(context, batch, now));
    result.retried += retried;
  }
  return result;
}

// Skips messages that another call has changed since the list query.
absl::StatusOr<int> RetryMessages::RetryBatch(const CallContext& context, std::span<const MessageId> ids,
                                              absl::Time now) {
  int retried = 0;
  RETURN_IF_ERROR(store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    retried = 0;  // The transaction may run more than once.
    for (const MessageId& id : ids) {
      ASSIGN_OR_RETURN(std::optional<Message> message, tx.messages().FindForUpdate(id));
      if (!message) continue;
      const absl::Status changed = ApplyStep(
          tx, context, "message.retried", now, [&](Message& dead) { return RetryDead(dead, now); }, *message);
      if (HasReason(changed, Reason::kMessageState)) continue;
      RETURN_IF_ERROR(changed);
      ++retried;
    }
    return absl::OkStatus();
  }));
  return retried;
}

}  // namespace keelson
