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
  // Each takes refunds.max_per_order refunds: enough for the fastest machine's seconds.
  int orders = 30'000;
};

// What the measured database holds before a measurement.
struct Seed {
  // In no order, as they are asked for out there.
  std::vector<std::string> user_ids;
  // Delivered, and worth more than all the refunds they take.
  std::vector<std::string> order_ids;
};

// The UUIDs of the first user and the first order end in these digits, those that follow count on; order n is
// of user n, and from the first again.
inline constexpr std::int64_t kFirstUser = 100'000'000'000;
inline constexpr std::int64_t kFirstOrder = 200'000'000'000;
// A UUIDv7 that ends in these twelve decimal digits, and all that comes before them.
inline constexpr char kUuidPrefix[] = "01900000-0000-7000-8000-";
Uuid NumberedUuid(std::int64_t digits);
std::vector<std::string> UserIds(int count);

// Fills an empty store through the service's own entities.
absl::StatusOr<Seed> FillStore(Store& store, const SeedSize& size = {});
// Makes the SQLite database at `path` so.
absl::StatusOr<Seed> MakeDatabase(const std::filesystem::path& path, const SeedSize& size = {});

}  // namespace keelson
