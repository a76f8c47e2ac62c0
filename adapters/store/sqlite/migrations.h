#pragma once

#include <span>

#include "adapters/store/migrations/migration.h"

namespace keelson {

// The migrations of the SQLite schema.
std::span<const Migration> SqliteMigrations();

}  // namespace keelson
