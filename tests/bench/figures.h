// The performance and memory targets of the service. Each function measures a few figures, alternating with
// the limit that they are compared with, and prints the absolute values on standard error.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/seed.h"

namespace keelson {

struct Figure {
  enum class Bar { kAtLeast, kAtMost };

  bool met() const { return bar_kind == Bar::kAtLeast ? ratio >= bar : ratio <= bar; }

  std::string name;
  double ratio = 0;
  Bar bar_kind = Bar::kAtLeast;
  double bar = 0;
};

struct Workbench {
  // Paths of the measured programs.
  std::filesystem::path service;
  std::filesystem::path echo;
  // Directory for data, on the disk whose speed is measured.
  std::filesystem::path folder;
  // A filled database, and its contents.
  std::filesystem::path database = {};
  Seed seed = {};
};

using Figures = absl::StatusOr<std::vector<Figure>>;

// GetUser compared with a minimal echo server.
Figures MeasureReads(const Workbench& bench);
// CreateRefund compared with the service without group commit, and with the same SQL statements executed
// directly.
Figures MeasureRefunds(const Workbench& bench);
// RegisterUser compared with plain password hashing, and the effect of excess registrations on reads and
// memory.
Figures MeasureRegistration(const Workbench& bench);
// GetUser and CreateRefund on PostgreSQL compared with pgbench executing the same statements.
Figures MeasurePostgresReads(const Workbench& bench);
Figures MeasurePostgresRefunds(const Workbench& bench);
// Sending queued messages: to files compared with the target rate, over HTTP compared with the limit that the
// provider's latency sets, and claims among a million waiting messages compared with claims among few.
Figures MeasureDispatch(const Workbench& bench);
// `keelson transfer` from SQLite to PostgreSQL compared with the target rate.
Figures MeasureTransfer(const Workbench& bench);
// With a million users on each store: the last page compared with the first, and GetUser compared with
// GetUser among ten thousand users.
Figures MeasureDeepPages(const Workbench& bench);
// Memory of the idle service, and its startup time.
Figures MeasureFootprint(const Workbench& bench);

// The median. The number of values must be odd.
double Median(std::vector<double> values);

}  // namespace keelson
