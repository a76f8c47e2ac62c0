#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/notifications/message.h"
#include "core/store/store.h"

namespace keelson {

// Queues an e-mail to `recipient` in the transaction `tx`. The e-mail is not sent after `expire_time`.
absl::Status NotifyUser(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                        std::string_view template_name, const User& recipient, TemplateVariables variables,
                        absl::Time now, std::optional<absl::Time> expire_time = std::nullopt);

}  // namespace keelson
