#pragma once

#include "absl/status/status.h"
#include "core/common/context.h"
#include "core/notifications/message.h"
#include "core/store/store.h"

namespace keelson {

// Queues a message that is made already, and tells of it.
absl::Status QueueMessage(WriteTransaction& tx, const CallContext& context, const Message& message);

}  // namespace keelson
