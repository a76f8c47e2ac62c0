#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "core/common/clock.h"

namespace keelson {

// Copies a snapshot of the database at `path` to the new file `copy`. A service may be running: the backup
// only reads. The copy gets its final name after it is complete, checked and synced to disk. `progress`
// receives the number of copied pages and the total number of pages. Blocks.
//
// FAILED_PRECONDITION if `copy` exists; that file is unchanged. UNAVAILABLE if a file can't be read or
// written, or if `path` is not a database of the service. DATA_LOSS if the database is damaged.
absl::Status BackUpSqlite(const std::string& path, const std::string& copy, Clock& clock,
                          const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace keelson
