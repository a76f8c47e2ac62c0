#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "adapters/store/sqlite/connection.h"
#include "core/store/export/bulk.h"

namespace keelson {

// Runs PRAGMA integrity_check: finds damaged pages, and indexes that disagree with their tables. Returns at
// most StoreExporter::kMaxEngineFaults. SQLite does not check CHECK constraints on a read-only connection.
absl::StatusOr<std::vector<EngineFault>> FindDamage(Connection& connection);

// For a database of the current schema: also runs PRAGMA foreign_key_check, compares the tables, indexes and
// triggers with the migrations, and the tables of labels with the labels of orders and refunds.
absl::StatusOr<std::vector<EngineFault>> FindEngineFaults(Connection& connection);

}  // namespace keelson
