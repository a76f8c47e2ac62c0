#pragma once

#include "adapters/store/postgres/connection.h"
#include "core/common/deadline.h"

namespace keelson {

// Queues `begin`, a BEGIN statement, and overrides settings of the role, the database and the URL for this
// transaction. The server ends a statement at `deadline`, and a transaction that is idle 10 s later: a
// client that is killed or cut off would otherwise leave its locks held. A commit is durable when it is
// acknowledged. The settings are transaction-local, as poolers require.
void QueueBegin(PgConnection& connection, const char* begin, Deadline deadline);

// The same for a long transaction: no timeout ends it.
void QueueLongBegin(PgConnection& connection, const char* begin);

}  // namespace keelson
