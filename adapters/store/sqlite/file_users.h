#pragma once

namespace keelson {

// Whether another process has a connection to the database, read-only ones included: in WAL mode, a
// connection holds SQLite's SHARED lock while it is open. `descriptor` is the database file, open for
// reading.
bool HasOtherConnections(int descriptor);

}  // namespace keelson
