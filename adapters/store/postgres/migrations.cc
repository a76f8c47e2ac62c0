#include "adapters/store/postgres/migrations.h"

#include "postgres_migrations.h"

namespace keelson {

std::span<const Migration> PostgresMigrations() {
  static const auto* migrations = new std::vector<Migration>(LoadMigrations(postgres_migrations()));
  return *migrations;
}

}  // namespace keelson
