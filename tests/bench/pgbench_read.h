#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "tests/bench/postgres_bench.h"

namespace keelson {

// A method of the service that executes one SELECT of one row, and the same SELECT for pgbench.
struct PgbenchRead {
  // The name before the absolute values.
  std::string name = {};
  std::string method = {};
  std::function<void(std::string&)> next_request = {};
  // Executes the SELECT for any row.
  std::function<absl::Status(ReadTransaction&)> read = {};
  // A part of the SELECT that no other statement has.
  std::string marker = {};
  // The range of the pgbench variable `row`, and the SQL expression that replaces the parameter $1.
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::string parameter = {};
};

// Returns the ratio of the service's calls per second to pgbench's transactions per second, with the same
// number of connections. Measures both alternately.
absl::StatusOr<double> CompareWithPgbench(PostgresBench& postgres, const PgbenchRead& read);

}  // namespace keelson
