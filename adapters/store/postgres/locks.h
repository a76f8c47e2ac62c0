// Keys of the service's advisory locks. All of them are transaction-level locks, because a connection pooler
// may run the next transaction on another connection.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adapters/store/sql_columns/sql.h"
#include "core/store/idempotency.h"

namespace keelson {

// Waits for the lock $1 and holds it until the transaction ends.
inline constexpr Sql kPgTakeLock = "SELECT pg_advisory_xact_lock($1)";

// The keys consist of "Keel" in ASCII and a number.
inline constexpr std::int64_t kMigrationLock = 0x4b65656c00000001;
inline constexpr std::int64_t kSequencerLock = 0x4b65656c00000002;
inline constexpr std::int64_t kTransferLock = 0x4b65656c00000003;

// Returns the key of the lock of a row that may not exist: the first 64 bits of the row's fingerprint. Two
// equal keys only let a transaction wait needlessly.
inline std::int64_t LockOf(const Fingerprint& fingerprint) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i) bits = bits << 8 | fingerprint[i];
  return static_cast<std::int64_t>(bits);
}

}  // namespace keelson
