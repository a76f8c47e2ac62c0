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
  // Active sessions, which belong to the users in turn.
  int sessions = 0;
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

// The last digits of the UUIDs of the first user, order and session (NumberedUuid). Users, orders and
// sessions are numbered consecutively. Order n belongs to user n modulo the number of users, and so does
// session n.
inline constexpr std::int64_t kFirstUser = 100'000'000'000;
inline constexpr std::int64_t kFirstOrder = 200'000'000'000;
inline constexpr std::int64_t kFirstSession = 300'000'000'000;
// The prefix that all UUIDs of NumberedUuid share.
inline constexpr char kUuidPrefix[] = "01900000-0000-7000-8000-";
// Returns the UUIDv7 that ends in `digits`, which has twelve decimal digits.
Uuid NumberedUuid(std::int64_t digits);
// Returns the ids of the first `count` users.
std::vector<std::string> UserIds(int count);

// The password of every user.
inline constexpr char kUserPassword[] = "correct horse newcomer";
// Returns the e-mail address of user n.
std::string UserEmail(int number);
// The access token of session n is this prefix and kFirstSession + n: 43 characters, like a real token.
inline constexpr char kAccessTokenPrefix[] = "bench-session-with-an-access-to";
std::string AccessToken(int number);

// Fills an empty store with users, sessions and orders, which it creates as the core's entities.
absl::StatusOr<Seed> FillStore(Store& store, const SeedSize& size = {});
// Creates the filled SQLite database at `path`.
absl::StatusOr<Seed> MakeDatabase(const std::filesystem::path& path, const SeedSize& size = {});

}  // namespace keelson
