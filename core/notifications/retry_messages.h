#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/page.h"
#include "core/notifications/get_message.h"
#include "core/store/store.h"

namespace keelson {

// Selects the DEAD messages to retry; page_size is the maximum number of messages that a call examines.
struct RetryMessagesQuery : ListMessagesQuery {
  // Empty: every template.
  std::string template_name;
};

struct RetriedMessages {
  // Number of messages that were queued again.
  int retried = 0;
  // Number of matching messages that stay DEAD because they have expired.
  int expired = 0;
  // Empty once all matching messages have been examined.
  std::string next_page_token;
};

// Retries DEAD messages in bulk by RetryMessage's rules, newest first, each with a message.retried event. A
// call that failed may be repeated: the messages that were retried are no longer DEAD. Thread-safe; blocks on
// the store.
class RetryMessages {
 public:
  // Maximum number of messages that one transaction retries.
  static constexpr std::size_t kBatch = 100;

  RetryMessages(Store& store, Clock& clock, const PageTokens& page_tokens)
      : store_(store), clock_(clock), page_tokens_(page_tokens) {}
  // Errors: FIELD_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<RetriedMessages> Handle(const CallContext& context, const RetryMessagesQuery& query);

 private:
  absl::StatusOr<int> RetryBatch(const CallContext& context, std::span<const MessageId> ids, absl::Time now);

  Store& store_;
  Clock& clock_;
  const PageTokens& page_tokens_;
};

}  // namespace keelson
