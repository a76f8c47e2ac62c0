#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/common/page.h"
#include "core/common/store.h"

namespace keelson {

class GetMessage {
 public:
  explicit GetMessage(Store& store) : store_(store) {}
  // FIELD_INVALID, MESSAGE_NOT_FOUND.
  absl::StatusOr<Message> operator()(const CallContext& context, std::string_view id);

 private:
  Store& store_;
};

struct ListMessagesQuery {
  std::int32_t page_size = 0;
  std::string page_token;
  std::vector<MessageState> states;
  std::string user_id;
  // An address in any spelling.
  std::string to;
};

struct MessagePage {
  std::vector<Message> messages;
  // Empty on the last page.
  std::string next_page_token;
};

// Newest first.
class ListMessages {
 public:
  ListMessages(Store& store, const PageTokens& page_tokens) : store_(store), page_tokens_(page_tokens) {}
  // FIELD_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<MessagePage> operator()(const CallContext& context, const ListMessagesQuery& query);

 private:
  Store& store_;
  const PageTokens& page_tokens_;
};

}  // namespace keelson
