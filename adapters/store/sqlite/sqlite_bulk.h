#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/store/export/bulk.h"

namespace keelson {

// Export and import of one SQLite file. The errors are those of SqliteStore::Open.
class SqliteBulk {
 public:
  // Requires an existing file with a current schema. Never writes to the file and never checkpoints its log.
  static absl::StatusOr<std::unique_ptr<StoreExporter>> OpenReader(const std::string& path, BulkAccess access,
                                                                   Clock& clock);
  // Opens the file for an import, and creates it if it does not exist.
  static absl::StatusOr<std::unique_ptr<StoreImporter>> OpenTarget(const std::string& path, Clock& clock);

  SqliteBulk() = delete;
};

}  // namespace keelson
