#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "tests/bench/figures.h"
#include "tests/bench/statement_log.h"

namespace keelson {

// The upper limit for the service's durable refunds: the statements that its store executes, prepared once
// and executed on one connection, with one commit per 64 refunds.
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
  // The store's connection setup.
  std::vector<SqlStatement> setup_;
  std::vector<SqlStatement> work_;
};

}  // namespace keelson
