// List queries. Each statement scans an index in list order from the end of the previous page, so that the
// cost of a page does not depend on its position. A filter with several states merges one scan per state.
#pragma once

#include <optional>

#include "adapters/store/postgres/session.h"
#include "core/repositories.h"

namespace keelson {

PgResult SelectUserPage(PgSession& session, const UserFilter& filter,
                        const std::optional<ListPosition>& before, int limit);
PgResult SelectSessionPage(PgSession& session, UserId user_id, const std::optional<ListPosition>& before,
                           int limit);
PgResult SelectOrderPage(PgSession& session, const OrderFilter& filter,
                         const std::optional<ListPosition>& before, int limit);
PgResult SelectRefundPage(PgSession& session, const RefundFilter& filter,
                          const std::optional<ListPosition>& before, int limit);
PgResult SelectLedgerPage(PgSession& session, const LedgerFilter& filter,
                          const std::optional<ListPosition>& before, int limit);
PgResult SelectMessagePage(PgSession& session, const MessageFilter& filter,
                           const std::optional<ListPosition>& before, int limit);

// PostgreSQL rejects a negative LIMIT.
inline std::int64_t LimitParameter(int limit) {
  return limit < 0 ? 0 : limit;
}

}  // namespace keelson
