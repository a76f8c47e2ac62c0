#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/error.h"
#include "core/common/page.h"
#include "core/notifications/message_repository.h"
#include "core/notifications/provider_status.h"
#include "core/store/store.h"

namespace keelson {

// Returns a message. If the message is due, has no last_error, and no provider is available, the returned
// last_error explains the wait. Thread-safe; blocks on the store.
class GetMessage {
 public:
  GetMessage(Store& store, Clock& clock, const ProviderStatuses& providers)
      : store_(store), clock_(clock), providers_(providers) {}
  // Errors: FIELD_INVALID, MESSAGE_NOT_FOUND.
  absl::StatusOr<Message> Handle(const CallContext& context, std::string_view id);

 private:
  Store& store_;
  Clock& clock_;
  const ProviderStatuses& providers_;
};

struct ListMessagesQuery {
  std::int32_t page_size = 0;
  std::string page_token;
  std::vector<MessageState> states;
  std::string user_id;
  // An address, normalized before it is compared; empty: every address.
  std::string to;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
};

// Converts the query's filter; adds a violation for each invalid field.
MessageFilter CheckMessageFilter(const ListMessagesQuery& query, FieldErrors& errors);
// Returns a text that identifies a list and its filters, for PageTokens.
std::string NameMessageList(std::string_view list, const MessageFilter& filter, std::string_view more = "");

struct MessagePage {
  std::vector<Message> messages;
  // Empty on the last page.
  std::string next_page_token;
};

// Lists messages, newest first, each as GetMessage returns it. Thread-safe; blocks on the store.
class ListMessages {
 public:
  ListMessages(Store& store, Clock& clock, const ProviderStatuses& providers, const PageTokens& page_tokens)
      : store_(store), clock_(clock), providers_(providers), page_tokens_(page_tokens) {}
  // Errors: FIELD_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<MessagePage> Handle(const CallContext& context, const ListMessagesQuery& query);

 private:
  Store& store_;
  Clock& clock_;
  const ProviderStatuses& providers_;
  const PageTokens& page_tokens_;
};

}  // namespace keelson
