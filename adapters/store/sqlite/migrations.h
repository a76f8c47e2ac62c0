#pragma once

#include <span>

#include "adapters/store/migrations/migration.h"

namespace keelson {

// The steps of SQLite's schema.
std::span<const Migration> SqliteMigrations();

}  // namespace keelson
