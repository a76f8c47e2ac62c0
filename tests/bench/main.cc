// Measures the service against its limits and prints one line per figure: name, ratio, target, and "met" or
// "short". Exits with 1 if a target is missed or a measurement fails.
//
//   keelson_bench SERVICE ECHO FOLDER [MEASUREMENT]...
//
// MEASUREMENT is a name in kMeasurements; default: all measurements.

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <iostream>
#include <set>

#include "tests/bench/figures.h"

namespace keelson {

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

namespace {

// Prints the figures. Returns false if a target is missed.
bool Print(const std::vector<Figure>& figures) {
  bool met = true;
  for (const Figure& figure : figures) {
    std::printf("%-22s %7.3f  %s %-5g %s\n", figure.name.c_str(), figure.ratio,
                figure.bar_kind == Figure::Bar::kAtLeast ? ">=" : "<=", figure.bar,
                figure.met() ? "met" : "short");
    met = met && figure.met();
  }
  std::fflush(stdout);
  return met;
}

struct Measurement {
  std::string name;
  Figures (*measure)(const Workbench&);
};

const std::array kMeasurements = {Measurement{"reads", MeasureReads},
                                  Measurement{"refunds", MeasureRefunds},
                                  Measurement{"registration", MeasureRegistration},
                                  Measurement{"introspect", MeasureIntrospection},
                                  Measurement{"postgres_introspect", MeasurePostgresIntrospection},
                                  Measurement{"sign_in", MeasureSignIns},
                                  Measurement{"postgres_reads", MeasurePostgresReads},
                                  Measurement{"postgres_refunds", MeasurePostgresRefunds},
                                  Measurement{"settlement", MeasureSettlement},
                                  Measurement{"dispatch", MeasureDispatch},
                                  Measurement{"import", MeasureImport},
                                  Measurement{"order_import", MeasureOrderImport},
                                  Measurement{"transfer", MeasureTransfer},
                                  Measurement{"deep_pages", MeasureDeepPages},
                                  Measurement{"footprint", MeasureFootprint}};

// Runs a measurement. Converts exceptions to a status, because the test servers throw on failure.
Figures Measure(const Measurement& measurement, const Workbench& bench) {
  try {
    return measurement.measure(bench);
  } catch (const std::exception& error) {
    return absl::UnavailableError(error.what());
  }
}

// Runs the measurements in `names`, or all if `names` is empty. Returns the exit code.
int Main(Workbench bench, const std::set<std::string>& names) {
  bench.database = bench.folder / "seed.db";
  absl::StatusOr<Seed> seed = MakeDatabase(bench.database);
  if (!seed.ok()) {
    std::cerr << "can't create the database: " << seed.status() << '\n';
    return 1;
  }
  bench.seed = *std::move(seed);
  bool met = true;
  for (const Measurement& measurement : kMeasurements) {
    if (!names.empty() && !names.contains(measurement.name)) continue;
    const Figures figures = Measure(measurement, bench);
    if (!figures.ok()) std::cerr << measurement.name << " failed: " << figures.status() << '\n';
    met = figures.ok() && Print(*figures) && met;
  }
  return met ? 0 : 1;
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: keelson_bench SERVICE ECHO FOLDER [MEASUREMENT]...\n";
    return 2;
  }
  namespace fs = std::filesystem;
  return keelson::Main(
      {.service = fs::absolute(argv[1]), .echo = fs::absolute(argv[2]), .folder = fs::absolute(argv[3])},
      {argv + 4, argv + argc});
}
