#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace keelson {

// What the measured database holds before a measurement.
struct Seed {
  static constexpr int kUsers = 10'000;
  // Each takes refunds.max_per_order refunds: enough for the fastest machine's seconds.
  static constexpr int kOrders = 30'000;

  std::vector<std::string> user_ids;
  // Delivered, and worth more than all the refunds they take.
  std::vector<std::string> order_ids;
};

// Makes the database at `path` through the service's own adapter and entities.
absl::StatusOr<Seed> MakeDatabase(const std::filesystem::path& path);

}  // namespace keelson
