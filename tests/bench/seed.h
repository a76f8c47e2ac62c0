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
  // Each order allows refunds.max_per_order refunds: enough for the duration of the load on a fast machine.
  int orders = 30'000;
};

// Contents of the database before a measurement.
struct Seed {
  // In random order, like production traffic.
  std::vector<std::string> user_ids;
  // Delivered orders whose amount exceeds all of their refunds.
  std::vector<std::string> order_ids;
};

// The UUIDs of the first user and the first order end in these digits; the following ones are consecutive.
// Order n belongs to user n modulo the number of users.
inline constexpr std::int64_t kFirstUser = 100'000'000'000;
inline constexpr std::int64_t kFirstOrder = 200'000'000'000;
// A UUIDv7 that ends in these twelve decimal digits, and its common prefix.
inline constexpr char kUuidPrefix[] = "01900000-0000-7000-8000-";
Uuid NumberedUuid(std::int64_t digits);
std::vector<std::string> UserIds(int count);

// Fills an empty store through the core's entities.
absl::StatusOr<Seed> FillStore(Store& store, const SeedSize& size = {});
// Creates the filled SQLite database at `path`.
absl::StatusOr<Seed> MakeDatabase(const std::filesystem::path& path, const SeedSize& size = {});

}  // namespace keelson
