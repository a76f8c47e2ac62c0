#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "tests/bench/figures.h"
#include "tests/bench/statement_log.h"

namespace keelson {

// Measures the upper limit for the service's refunds per second. It executes the SQL statements that the
// store executes for refunds, prepared once, on one connection with one commit per 64 refunds.
class RawRefunds {
 public:
  static constexpr int kRefunds = 19'200;
  static constexpr int kRefundsPerCommit = 64;

  // Creates refunds through the core and the adapter and records the executed statements.
  static absl::StatusOr<std::unique_ptr<RawRefunds>> Record(const Workbench& bench);

  // Executes the recorded statements on a new copy of the database. Returns refunds per second.
  absl::StatusOr<double> Replay(const Workbench& bench) const;

 private:
  RawRefunds() = default;

  StatementLog log_;
  // The statements that the store executes when it opens a connection.
  std::vector<SqlStatement> setup_;
  std::vector<SqlStatement> work_;
};

}  // namespace keelson
