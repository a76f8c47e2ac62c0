#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "tests/bench/figures.h"
#include "tests/bench/statement_log.h"

namespace keelson {

// The limit that the service's durable refunds are held against: the very statements that its store executes
// for them, prepared once and issued on one connection, a commit for each 64 refunds.
class RawRefunds {
 public:
  static constexpr int kRefunds = 19'200;
  static constexpr int kRefundsPerCommit = 64;

  // Makes refunds through the core and the adapter, from as many callers, and keeps what is executed.
  static absl::StatusOr<std::unique_ptr<RawRefunds>> Record(const Workbench& bench);

  // Issues it all on a fresh copy of the database; refunds a second.
  absl::StatusOr<double> Replay(const Workbench& bench) const;

 private:
  RawRefunds() = default;

  StatementLog log_;
  // How the store sets its connection up.
  std::vector<SqlStatement> setup_;
  std::vector<SqlStatement> work_;
};

}  // namespace keelson
