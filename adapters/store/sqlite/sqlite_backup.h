#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "core/common/clock.h"

namespace keelson {

// Copies the database file at `path` to `copy`, as it is at one moment, also while a service has it open: by
// a connection that only reads. The copy is complete, checked and synced before it has its name. `tell` is
// called with the pages copied so far and all there are.
//
// FAILED_PRECONDITION where `copy` exists, and it stays as it is; UNAVAILABLE where either file can't be
// reached or written, or is no database of the service's; DATA_LOSS where what was copied is damaged.
absl::Status BackUpSqlite(const std::string& path, const std::string& copy, Clock& clock,
                          const std::function<void(std::int64_t, std::int64_t)>& tell);

}  // namespace keelson
