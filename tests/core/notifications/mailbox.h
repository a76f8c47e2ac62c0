// The fixture of the tests of message use cases: stored messages in any state.
#pragma once

#include <string>

#include "core/common/deadline.h"
#include "core/common/page.h"
#include "core/notifications/get_message.h"
#include "core/notifications/message_repository.h"
#include "core/notifications/message_steps.h"
#include "core/notifications/retry_messages.h"
#include "core/store/store.h"
#include "tests/core/world.h"

namespace keelson {

struct FakeStatuses : ProviderStatuses {
  std::vector<ProviderStatus> ListProviders() const override { return statuses; }

  std::vector<ProviderStatus> statuses = {{.name = "smtp"}};
};

struct Mailbox : World {
  // Stores a rendered message in `state`, after a failed attempt. `change` modifies the message before it is
  // stored.
  template <typename Change>
  Message Post(MessageState state, const Change& change) {
    Message message;
    message.id = ids.Next<MessageKind>();
    message.template_name = "welcome";
    message.locale = "de";
    message.to = "Ada@Example.com";
    message.to_key = "ada@example.com";
    message.user_id = UserId(Uuid{1});
    message.variables = {{"token", "secret"}};
    message.content = {"Hallo", "Text", "<p>Text</p>", "de"};
    message.attempts = 12;
    message.lease_epoch = 12;
    message.provider = "smtp";
    message.last_error = "550 no";
    message.due_time = message.create_time = clock.Now();
    message.state = state;
    if (state >= MessageState::kSent) EndMessage(message, state, clock.Now());
    change(message);
    Must(store.Write(Deadline::Never(), [&](WriteTransaction& tx) { return tx.messages().Insert(message); }));
    return message;
  }
  Message Post(MessageState state) {
    return Post(state, [](Message&) {});
  }

  absl::StatusOr<Message> Get(const std::string& id) {
    return GetMessage(store, clock, providers).Handle(context, id);
  }
  absl::StatusOr<Message> Retry(const std::string& id) {
    return RetryMessage(store, clock).Handle(context, id);
  }
  absl::StatusOr<Message> CancelMail(const std::string& id) {
    return CancelMessage(store, clock).Handle(context, id);
  }
  absl::StatusOr<MessagePage> List(const ListMessagesQuery& query) {
    return ListMessages(store, clock, providers, tokens).Handle(context, query);
  }
  absl::StatusOr<RetriedMessages> RetryAll(const RetryMessagesQuery& query) {
    return RetryMessages(store, clock, tokens).Handle(context, query);
  }

  PageTokens tokens{Sha256("key")};
  FakeStatuses providers;
};

}  // namespace keelson
