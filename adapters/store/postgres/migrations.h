#pragma once

#include <span>

#include "adapters/store/migrations/migration.h"

namespace keelson {

std::span<const Migration> PostgresMigrations();

}  // namespace keelson
