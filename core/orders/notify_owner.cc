#include "core/orders/notify_owner.h"

#include <utility>

#include "core/accounts/notify_user.h"
#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"

namespace keelson {

absl::Status NotifyOwner(WriteTransaction& tx, const CallContext& context, IdGenerator& ids,
                         std::string_view template_name, const Order& order, TemplateVariables variables,
                         absl::Time now) {
  ASSIGN_OR_RETURN(const std::optional<User> owner, tx.users().FindForMessage(order->user_id));
  if (!owner || owner->is_erased()) return absl::OkStatus();
  variables.emplace("order", order.display_name());
  return NotifyUser(tx, context, ids, template_name, *owner, std::move(variables), now);
}

}  // namespace keelson
