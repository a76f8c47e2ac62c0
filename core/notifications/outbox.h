#pragma once

#include "absl/status/status.h"
#include "core/common/context.h"
#include "core/notifications/message.h"
#include "core/store/store.h"

namespace keelson {

// Inserts the message into the outbox, with its message.queued event, in the caller's transaction.
absl::Status QueueMessage(WriteTransaction& tx, const CallContext& context, const Message& message);

}  // namespace keelson
