#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/notifications/message.h"
#include "core/store/store.h"

namespace keelson {

// DEAD to QUEUED, due now, its attempts counted anew, pinned to no provider. MESSAGE_STATE where the message
// is not DEAD, or has expired.
absl::Status RetryDead(Message& message, absl::Time now);

// Each fails with FIELD_INVALID, MESSAGE_NOT_FOUND or MESSAGE_STATE. `id` is as the caller wrote it.

// Owes a dead message once more, from now on and with its attempts counted anew; what failed last stays to be
// seen.
class RetryMessage {
 public:
  RetryMessage(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  absl::StatusOr<Message> Handle(const CallContext& context, std::string_view id);

 private:
  Store& store_;
  Clock& clock_;
};

// A message that is queued, or dead, is never sent.
class CancelMessage {
 public:
  CancelMessage(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  absl::StatusOr<Message> Handle(const CallContext& context, std::string_view id);

 private:
  Store& store_;
  Clock& clock_;
};

}  // namespace keelson
