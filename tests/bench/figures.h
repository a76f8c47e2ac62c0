// Measurements of the service's speed and memory. Each function measures the service and a reference
// alternately, returns the ratios as figures, and prints the absolute values to standard error.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/seed.h"

namespace keelson {

// A measured ratio and its target.
struct Figure {
  enum class Bar { kAtLeast, kAtMost };

  bool met() const { return bar_kind == Bar::kAtLeast ? ratio >= bar : ratio <= bar; }

  std::string name;
  double ratio = 0;
  Bar bar_kind = Bar::kAtLeast;
  double bar = 0;
};

// The inputs of a measurement.
struct Workbench {
  // Paths of the measured programs.
  std::filesystem::path service;
  std::filesystem::path echo;
  // Directory for data, on the disk whose speed is measured.
  std::filesystem::path folder;
  // Path of the filled SQLite database, and its contents. The path is empty before the database is created.
  std::filesystem::path database = {};
  Seed seed = {};
};

using Figures = absl::StatusOr<std::vector<Figure>>;

// Calls of GetUser per second, compared with calls of a minimal echo server.
Figures MeasureReads(const Workbench& bench);
// Calls of CreateRefund per second, compared with the service without group commit and with the same SQL
// statements executed directly.
Figures MeasureRefunds(const Workbench& bench);
// Calls of RegisterUser per second, compared with plain password hashing. Also measures the latency of reads
// and the memory while there are more registrations than the service can process.
Figures MeasureRegistration(const Workbench& bench);
// With 100,000 sessions, calls of IntrospectSession per second: on SQLite compared with calls of a minimal
// echo server, on PostgreSQL compared with pgbench, which executes the same SQL statement.
Figures MeasureIntrospection(const Workbench& bench);
Figures MeasurePostgresIntrospection(const Workbench& bench);
// Calls of SignIn per second, compared with plain password hashing. Also measures the memory, the latency of
// rejections and the latency of health checks while 200 callers sign in.
Figures MeasureSignIns(const Workbench& bench);
// Calls of GetUser and CreateRefund per second on PostgreSQL, compared with pgbench, which executes the same
// SQL statements.
Figures MeasurePostgresReads(const Workbench& bench);
Figures MeasurePostgresRefunds(const Workbench& bench);
// Settled refunds per second: of a backlog through the provider `recorded`, compared with calls of
// CreateRefund, together with the latency of reads meanwhile; over HTTP, compared with the maximum rate that
// the provider's latency allows.
Figures MeasureSettlement(const Workbench& bench);
// Sent messages per second: to files, compared with the target rate; over HTTP, compared with the maximum
// rate that the provider's latency allows. Also compares the duration of a claim among a million waiting
// messages with the duration among few messages.
Figures MeasureDispatch(const Workbench& bench);
// Users per second of one call of ImportUsers on each store, compared with the target rate.
Figures MeasureImport(const Workbench& bench);
// Orders per second of one call of ImportOrders on SQLite, compared with the target rate.
Figures MeasureOrderImport(const Workbench& bench);
// Rows per second of `keelson transfer` from SQLite to PostgreSQL, compared with the target rate.
Figures MeasureTransfer(const Workbench& bench);
// With a million users, on each store: the latency of the last page of ListUsers compared with the first
// page, and calls of GetUser per second compared with a store of ten thousand users.
Figures MeasureDeepPages(const Workbench& bench);
// Memory of the idle service, and its startup time.
Figures MeasureFootprint(const Workbench& bench);

// Returns the median of `values`, whose number must be odd.
double Median(std::vector<double> values);

}  // namespace keelson
