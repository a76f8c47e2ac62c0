#pragma once

#include <span>

#include "adapters/store/migrations/migration.h"

namespace keelson {

// The migrations of the PostgreSQL schema.
std::span<const Migration> PostgresMigrations();

}  // namespace keelson
