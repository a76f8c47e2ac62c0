#pragma once

#include "adapters/store/postgres/connection.h"
#include "core/common/deadline.h"

namespace keelson {

// Queues `begin`, a BEGIN statement, and settings for this transaction, which override those of the role, the
// database and the URL:
// - statement_timeout ends a statement at `deadline`;
// - idle_in_transaction_session_timeout ends an idle transaction 10 s after `deadline`, so that a killed or
// disconnected client does not keep its locks;
// - synchronous_commit makes a commit durable before the server acknowledges it.
//
// The settings are transaction-local, as connection poolers require.
void QueueBegin(PgConnection& connection, const char* begin, Deadline deadline);

// Like QueueBegin, for a long transaction: without any timeout.
void QueueLongBegin(PgConnection& connection, const char* begin);

}  // namespace keelson
