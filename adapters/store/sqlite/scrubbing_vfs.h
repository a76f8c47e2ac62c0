#pragma once

namespace keelson {

// Returns the name of a SQLite VFS that is the default VFS, except that a B-tree page is written to the
// database file with zeros in its unused space. Registers the VFS with the first call. Thread-safe.
//
// Why: with secure_delete, SQLite overwrites a deleted cell with zeros. But when SQLite balances a B-tree,
// the old copies of the cells that move to another page stay in the unused space of their page, and no later
// DELETE finds these copies.
const char* ScrubbingVfs();

}  // namespace keelson
