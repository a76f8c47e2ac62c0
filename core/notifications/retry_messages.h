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

// Which DEAD messages are retried; page_size is how many a call examines at most.
struct RetryMessagesQuery : ListMessagesQuery {
  // Empty: every template.
  std::string template_name;
};

struct RetriedMessages {
  // Queued again.
  int retried = 0;
  // Match, and are left DEAD because they have expired.
  int expired = 0;
  // Empty once every message that matches has been examined.
  std::string next_page_token;
};

// Retries DEAD messages in bulk by RetryMessage's rules, newest first. Each message is retried together with
// its own message.retried event. A call that fails half-way may be repeated: the messages that it retried
// are no longer DEAD.
class RetryMessages {
 public:
  // Messages that one transaction retries.
  static constexpr std::size_t kBatch = 100;

  RetryMessages(Store& store, Clock& clock, const PageTokens& page_tokens)
      : store_(store), clock_(clock), page_tokens_(page_tokens) {}
  // FIELD_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<RetriedMessages> Handle(const CallContext& context, const RetryMessagesQuery& query);

 private:
  absl::StatusOr<int> RetryBatch(const CallContext& context, std::span<const MessageId> ids, absl::Time now);

  Store& store_;
  Clock& clock_;
  const PageTokens& page_tokens_;
};

}  // namespace keelson
