#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/notifications/message.h"
#include "core/orders/order.h"
#include "core/store/store.h"

namespace keelson {

// Queues an e-mail about the order to its owner, without waiting for other changes of the owner. The variable
// "order" is the order's display name. Does nothing if the owner does not exist or is erased.
absl::Status NotifyOwner(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                         std::string_view template_name, const Order& order, TemplateVariables variables,
                         absl::Time now);

}  // namespace keelson
