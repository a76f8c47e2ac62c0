#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/store/export/bulk.h"

namespace keelson {

// One SQLite file by whole tables. The errors are those of SqliteStore::Open.
class SqliteBulk {
 public:
  // Needs a file that is there and a schema that is up to date, and never writes: neither the file nor its
  // log is ever checkpointed by it.
  static absl::StatusOr<std::unique_ptr<StoreExporter>> OpenReader(const std::string& path, BulkAccess access,
                                                                   Clock& clock);
  // Makes the file where there is none.
  static absl::StatusOr<std::unique_ptr<StoreImporter>> OpenTarget(const std::string& path, Clock& clock);

  SqliteBulk() = delete;
};

}  // namespace keelson
