// Pages of lists. Each statement walks an index in the order of the list from where the page before ended, so
// a page costs the same however far in; several states are several such walks, merged.
#pragma once

#include <optional>

#include "adapters/store/postgres/session.h"
#include "core/repositories.h"

namespace keelson {

PgResult SelectUserPage(PgSession& session, const UserFilter& filter,
                        const std::optional<ListPosition>& before, int limit);
PgResult SelectOrderPage(PgSession& session, const OrderFilter& filter,
                         const std::optional<ListPosition>& before, int limit);
PgResult SelectRefundPage(PgSession& session, const RefundFilter& filter,
                          const std::optional<ListPosition>& before, int limit);
PgResult SelectMessagePage(PgSession& session, const MessageFilter& filter,
                           const std::optional<ListPosition>& before, int limit);

// PostgreSQL refuses a negative limit.
inline std::int64_t LimitParameter(int limit) {
  return limit < 0 ? 0 : limit;
}

}  // namespace keelson
