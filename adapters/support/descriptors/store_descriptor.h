#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/store/migrations/migrator.h"
#include "adapters/support/descriptors/config_section.h"
#include "core/common/clock.h"
#include "core/store/export/bulk.h"
#include "core/store/store.h"

namespace keelson {

// Receives the amount of work done and the total.
using CopyProgress = std::function<void(std::int64_t done, std::int64_t total)>;

struct RestoreRequest {
  // Path of the backup.
  std::string backup;
  // Whether existing data may be overwritten.
  bool replace = false;
};

// Every function fails as the adapter does. The clock outlives the objects that are created with it.
struct StoreDescriptor {
  ConfigSection section;
  // `migrate`: whether a schema that is behind is brought up to date, or refused.
  std::function<absl::StatusOr<std::unique_ptr<Store>>(const AdapterSettings&, bool migrate, Clock&)> open;
  // Null where the store has no schema.
  std::function<std::unique_ptr<Migrator>(const AdapterSettings&, Clock&)> create_migrator = nullptr;
  // Null where the store can't be verified or be part of a transfer.
  std::function<absl::StatusOr<std::unique_ptr<StoreExporter>>(const AdapterSettings&, BulkAccess, Clock&)>
      open_exporter = nullptr;
  std::function<absl::StatusOr<std::unique_ptr<StoreImporter>>(const AdapterSettings&, Clock&)>
      open_importer = nullptr;
  // Copies the store to a new file at `path`. Null where the database's own tool does so.
  std::function<absl::Status(const AdapterSettings&, const std::string& path, Clock&, const CopyProgress&)>
      back_up = nullptr;
  // Replaces the store by a backup and returns the name of the database. Null as back_up.
  std::function<absl::StatusOr<std::string>(const AdapterSettings&, const RestoreRequest&, Clock&,
                                            const CopyProgress&)>
      restore = nullptr;
};

}  // namespace keelson
