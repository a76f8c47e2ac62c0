#pragma once

#include <atomic>
#include <cstdint>

namespace keelson {

// Numbers since the start of the process, for metrics. The use cases count after the commit, so that a
// transaction that runs more than once, or a repeated call, counts once. Thread-safe.
struct AccountCounters {
  // Accounts that RegisterUser created.
  std::atomic<std::int64_t> registrations = 0;
  // Addresses that VerifyEmail verified for the first time.
  std::atomic<std::int64_t> verifications = 0;
};

}  // namespace keelson
