#include "adapters/store/sqlite/migrations.h"

#include "sqlite_migrations.h"

namespace keelson {

std::span<const Migration> SqliteMigrations() {
  static const auto* migrations = new std::vector<Migration>(LoadMigrations(sqlite_migrations()));
  return *migrations;
}

}  // namespace keelson
