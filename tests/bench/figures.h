// What the service's speed and memory are held to. Each function measures a few figures, alternating with the
// limit they are held against, and tells the absolute values on standard error.
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
  // The programs that are measured.
  std::filesystem::path service;
  std::filesystem::path echo;
  // Where data may be written: on the disk whose speed counts.
  std::filesystem::path folder;
  // A database to start from, and what is in it.
  std::filesystem::path database = {};
  Seed seed = {};
};

using Figures = absl::StatusOr<std::vector<Figure>>;

// GetUser against a bare server that echoes.
Figures MeasureReads(const Workbench& bench);
// CreateRefund against the service without group commit, and against its own statements issued raw.
Figures MeasureRefunds(const Workbench& bench);
// RegisterUser against bare hashing, and what a storm of it does to reads and to memory.
Figures MeasureRegistration(const Workbench& bench);
// GetUser and CreateRefund on PostgreSQL against pgbench sending the same statements.
Figures MeasurePostgresReads(const Workbench& bench);
Figures MeasurePostgresRefunds(const Workbench& bench);
// Sending queued messages: to files against the promised rate, over HTTP against what the provider's latency
// allows, and claiming them among a million that wait against claiming among few.
Figures MeasureDispatch(const Workbench& bench);
// `keelson transfer` from SQLite to PostgreSQL against the promised rate.
Figures MeasureTransfer(const Workbench& bench);
// Among a million users, on each store: the last page of them against the first, and GetUser against GetUser
// among ten thousand.
Figures MeasureDeepPages(const Workbench& bench);
// The service with nothing to do, and how soon it is there.
Figures MeasureFootprint(const Workbench& bench);

// Of an odd number of rounds, the middle one's.
double Median(std::vector<double> values);

}  // namespace keelson
