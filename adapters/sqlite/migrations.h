#pragma once

#include <span>

#include "adapters/migrations/migration.h"

namespace keelson {

// The steps of SQLite's schema.
std::span<const Migration> SqliteMigrations();

}  // namespace keelson
