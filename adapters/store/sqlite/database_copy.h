#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "adapters/store/sqlite/log_record.h"
#include "core/common/clock.h"

namespace keelson {

struct DatabaseCopy {
  // Path of the database to copy.
  std::string source;
  // Path of an empty file that no other process uses, and its name in messages.
  std::string copy;
  std::string copy_name;
  // The copy's generation. Must differ from the generation of the source, so that the source's log is never
  // replayed into the copy.
  Generation generation = 0;
};

// Copies a snapshot of the database through a read-only connection; a service may be running. When this
// returns OK, the copy is a single file, has passed PRAGMA integrity_check and is synced to disk. `progress`
// receives the number of copied pages and the total number of pages. Blocks.
//
// UNAVAILABLE if the source can't be read or the copy can't be written, or if the source belongs to another
// application; DATA_LOSS if the source is damaged.
absl::Status CopyDatabase(const DatabaseCopy& files, Clock& clock,
                          const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace keelson
