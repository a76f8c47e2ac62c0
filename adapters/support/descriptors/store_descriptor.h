#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/store/migrations/migrator.h"
#include "adapters/support/descriptors/config_section.h"
#include "core/common/clock.h"
#include "core/store/export/bulk.h"
#include "core/store/store.h"

namespace keelson {

// Receives the number of copied units (rows or pages) and the total number.
using CopyProgress = std::function<void(std::int64_t done, std::int64_t total)>;

struct RestoreRequest {
  // Path of the backup.
  std::string backup;
  // Whether existing data may be overwritten.
  bool replace = false;
};

// The functions of a store adapter. The clock must outlive the objects that are created with it.
struct StoreDescriptor {
  ConfigSection section;
  // `migrate`: whether an outdated schema is migrated; if false, an outdated schema is an error.
  std::function<absl::StatusOr<std::unique_ptr<Store>>(const AdapterSettings&, bool migrate, Clock&)> open;
  // Null if the store has no schema.
  std::function<std::unique_ptr<Migrator>(const AdapterSettings&, Clock&)> create_migrator = nullptr;
  // Null if the store supports neither verification nor copying.
  std::function<absl::StatusOr<std::unique_ptr<StoreExporter>>(const AdapterSettings&, BulkAccess, Clock&)>
      open_exporter = nullptr;
  std::function<absl::StatusOr<std::unique_ptr<StoreImporter>>(const AdapterSettings&, Clock&)>
      open_importer = nullptr;
  // Copies the store to a new file at `path`. Null if the adapter does not support backups.
  std::function<absl::Status(const AdapterSettings&, const std::string& path, Clock&, const CopyProgress&)>
      back_up = nullptr;
  // Replaces the store with a backup and returns the name of the database. Null if back_up is null.
  std::function<absl::StatusOr<std::string>(const AdapterSettings&, const RestoreRequest&, Clock&,
                                            const CopyProgress&)>
      restore = nullptr;
  // The database's own tools for backup and restore. Empty if it has none, or if back_up is set.
  std::string_view backup_tools = "";
};

}  // namespace keelson
