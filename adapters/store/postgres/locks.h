// Keys of the service's advisory locks. All of them are transaction-level locks, because a connection pooler
// may run the next transaction on another connection.
#pragma once

#include <cstdint>

namespace keelson {

// The keys consist of "Keel" in ASCII and a number.
inline constexpr std::int64_t kMigrationLock = 0x4b65656c00000001;
inline constexpr std::int64_t kSequencerLock = 0x4b65656c00000002;
inline constexpr std::int64_t kTransferLock = 0x4b65656c00000003;

}  // namespace keelson
