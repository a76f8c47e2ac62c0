#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/id.h"
#include "core/repositories.h"

namespace keelson {

struct SeedSize {
  int users = 10'000;
  // Each order allows refunds.max_per_order refunds. This number of orders is enough for a whole measurement
  // on a fast machine.
  int orders = 30'000;
};

// The contents of the database before a measurement.
struct Seed {
  // The ids of the users in random order, because production traffic reads users in random order.
  std::vector<std::string> user_ids;
  // The ids of delivered orders. The amount of each order exceeds the sum of its refunds during a
  // measurement.
  std::vector<std::string> order_ids;
};

// The last digits of the UUIDs of the first user and the first order (NumberedUuid). Users and orders are
// numbered consecutively. Order n belongs to user n modulo the number of users.
inline constexpr std::int64_t kFirstUser = 100'000'000'000;
inline constexpr std::int64_t kFirstOrder = 200'000'000'000;
// The prefix that all UUIDs of NumberedUuid share.
inline constexpr char kUuidPrefix[] = "01900000-0000-7000-8000-";
// Returns the UUIDv7 that ends in `digits`, which has twelve decimal digits.
Uuid NumberedUuid(std::int64_t digits);
// Returns the ids of the first `count` users.
std::vector<std::string> UserIds(int count);

// Fills an empty store with users and orders, which it creates as the core's entities.
absl::StatusOr<Seed> FillStore(Store& store, const SeedSize& size = {});
// Creates the filled SQLite database at `path`.
absl::StatusOr<Seed> MakeDatabase(const std::filesystem::path& path, const SeedSize& size = {});

}  // namespace keelson
