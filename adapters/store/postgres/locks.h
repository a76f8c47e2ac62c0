// The keys of the advisory locks that the service takes, all of them for a transaction: a pooler may hand the
// next one to another connection.
#pragma once

#include <cstdint>

namespace keelson {

// "Keel" and a number.
inline constexpr std::int64_t kMigrationLock = 0x4b65656c00000001;
inline constexpr std::int64_t kSequencerLock = 0x4b65656c00000002;
inline constexpr std::int64_t kTransferLock = 0x4b65656c00000003;

}  // namespace keelson
