#pragma once

#include <string_view>

#include "adapters/store/postgres/connection.h"

namespace keelson {

// The setting that says how the foreign keys were declared which are not in force.
inline constexpr std::string_view kForeignKeysSetting = "transfer_foreign_keys";

// The schema's foreign keys while a transfer fills the database. In force they cost more than the rows do:
// the server looks up each row's by itself, and locks the row that it refers to. PgBulkTables looks up those
// of a batch at once. For use in the caller's transactions; everything throws PgError.
class PgForeignKeys {
 public:
  explicit PgForeignKeys(PgConnection& connection) : connection_(connection) {}

  // Drops those in force, and keeps in the database how they were declared.
  void Suspend();
  // Declares again what was dropped, for which the server checks every row.
  void Restore();

 private:
  // Runs the script that the statement gives.
  void RunScriptFrom(const char* sql);

  PgConnection& connection_;
};

}  // namespace keelson
