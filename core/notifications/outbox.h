#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/store.h"

namespace keelson {

// Queues a message that is made already, and tells of it.
absl::Status QueueMessage(WriteTransaction& tx, const CallContext& context, const Message& message);

// Queues an e-mail to `recipient` in the unit of work that gives rise to it. `expire_time`: not sent later.
absl::Status QueueMessage(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                          std::string_view template_name, const User& recipient, TemplateVariables variables,
                          absl::Time now, std::optional<absl::Time> expire_time = std::nullopt);

}  // namespace keelson
