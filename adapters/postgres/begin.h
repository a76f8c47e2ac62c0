#pragma once

#include "adapters/postgres/connection.h"
#include "core/common/deadline.h"

namespace keelson {

// Queues `begin`, a BEGIN. Each statement of the transaction is ended by the server when it is still at it at
// `deadline`: the caller cancels what takes too long by itself, but one that is killed, or cut off, would
// leave a statement that waits with all that it has locked.
void QueueBegin(PgConnection& connection, const char* begin, Deadline deadline);

}  // namespace keelson
