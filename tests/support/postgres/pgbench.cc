#include "tests/support/postgres/pgbench.h"

#include <stdexcept>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace keelson::servers {
namespace {

constexpr char kScript[] = "script.pgbench";
constexpr char kRate[] = "\ntps = ";

// Parses the rate in "tps = 5720.1 (without initial connection time)".
double RateOf(const std::string& report) {
  const std::size_t at = report.rfind(kRate);
  const std::size_t begin = at + sizeof kRate - 1;
  double rate = 0;
  if (at == std::string::npos ||
      !absl::SimpleAtod(absl::string_view(report).substr(begin, report.find(' ', begin) - begin), &rate)) {
    throw std::runtime_error("pgbench printed no rate: " + report);
  }
  return rate;
}

}  // namespace

double RunPgbench(const PostgresServer& server, const std::string& database, const Pgbench& load) {
  const ServerFolder& folder = server.folder();
  WriteText(folder.File(kScript), load.script);
  std::vector<std::string> arguments = {KEELSON_POSTGRES_FOLDER "/pgbench",
                                        "--no-vacuum",
                                        "--protocol=prepared",
                                        absl::StrCat("--client=", load.clients),
                                        absl::StrCat("--jobs=", load.threads),
                                        absl::StrCat("--time=", load.seconds),
                                        absl::StrCat("--file=", kScript)};
  for (const auto& [name, value] : load.variables) {
    arguments.push_back(absl::StrCat("--define=", name, "=", value));
  }
  arguments.push_back(server.socket_url(database));
  Program program(folder, std::move(arguments), "pgbench.log", SIGTERM);
  if (program.AwaitExitCode() != 0) throw std::runtime_error("pgbench: " + program.LogTail());
  return RateOf(program.LogTail());
}

}  // namespace keelson::servers
