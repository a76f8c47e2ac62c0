#include "tests/bench/service.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/bench/requests.h"
#include "tests/bench/rpc_connection.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

constexpr char kLog[] = "service.log";
constexpr char kDatabase[] = "keelson.db";
constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kPollInterval = absl::Microseconds(200);
// The serialized grpc.health.v1.HealthCheckResponse with the status SERVING.
constexpr std::string_view kServing = "\x08\x01";

std::string Address(int port) {
  return absl::StrCat("127.0.0.1:", port);
}

absl::StatusOr<fs::path> MakeFolder(const Workbench& bench) {
  std::string name = bench.folder / "service.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) return absl::UnavailableError("can't create a directory");
  std::error_code error;
  if (!bench.database.empty()) fs::copy_file(bench.database, fs::path(name) / kDatabase, error);
  if (error) return absl::UnavailableError(error.message());
  sync();  // so that the writes of the copy are not measured
  return fs::path(name);
}

}  // namespace

absl::StatusOr<Service> Service::Start(const Workbench& bench, const std::vector<std::string>& settings) {
  absl::StatusOr<int> port = FreePort();
  absl::StatusOr<int> metrics_port = FreePort();
  if (!port.ok() || !metrics_port.ok()) return absl::UnavailableError("no free port");
  absl::StatusOr<fs::path> folder = MakeFolder(bench);
  if (!folder.ok()) return folder.status();
  std::vector<std::string> arguments = {bench.service, "serve",
                                        "--set",       "server.listen=" + Address(*port),
                                        "--set",       "telemetry.metrics_listen=" + Address(*metrics_port)};
  for (const std::string& setting : settings) {
    arguments.push_back("--set");
    arguments.push_back(setting);
  }
  absl::StatusOr<Process> process = Process::Start(arguments, *folder, kLog);
  if (!process.ok()) return process.status();
  Service service(*std::move(process), *std::move(folder), *port);
  if (absl::Status status = service.AwaitServing(); !status.ok()) return status;
  return service;
}

Service::~Service() {
  process_.Stop();
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

fs::path Service::database() const {
  return folder_ / kDatabase;
}

absl::Status Service::AwaitServing() {
  const Deadline deadline = Deadline::After(kPatience);
  while (!deadline.expired() && process_.running()) {
    const absl::StatusOr<RpcCall> response = CallOnce(port_, kHealthMethod, "", deadline);
    if (response.ok() && response->status == 0 && response->message() == kServing) {
      time_to_serving_ = absl::Now() - process_.start_time();
      return absl::OkStatus();
    }
    absl::SleepFor(kPollInterval);
  }
  std::ostringstream log;
  log << std::ifstream(folder_ / kLog).rdbuf();
  return absl::UnavailableError("the service is not SERVING:\n" + log.str());
}

}  // namespace keelson
