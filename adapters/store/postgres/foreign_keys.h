#pragma once

#include <string_view>

#include "adapters/store/postgres/connection.h"

namespace keelson {

// The setting that holds the SQL declarations of the dropped foreign keys.
inline constexpr std::string_view kForeignKeysSetting = "transfer_foreign_keys";

// Drops the schema's foreign keys while a transfer fills the database, and declares them again afterwards.
//
// Why: the server checks foreign keys row by row and locks each referenced row, which takes longer than the
// insertion of the rows. PgBulkTables checks the references of a whole batch in one query instead.
//
// Runs in the caller's transactions. Every method blocks and throws PgError. Not thread-safe.
class PgForeignKeys {
 public:
  explicit PgForeignKeys(PgConnection& connection) : connection_(connection) {}

  // Drops the foreign keys and stores their declarations in the database (kForeignKeysSetting), so that
  // another process can restore them.
  void Suspend();
  // Declares the dropped foreign keys again; the server then checks every row.
  void Restore();

 private:
  // Runs the script that the query `sql` returns.
  void RunScriptFrom(const char* sql);

  PgConnection& connection_;
};

}  // namespace keelson
