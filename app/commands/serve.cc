#include <CLI/CLI.hpp>
#include <memory>

#include "absl/synchronization/mutex.h"
#include "app/adapters.h"
#include "app/commands/commands.h"
#include "app/commands/config_options.h"
#include "app/reload.h"
#include "app/service.h"
#include "app/signals.h"

namespace keelson {
namespace {

ExitCode Serve(const ConfigOptions& options) {
  // Debian's Abseil searches for lock cycles at every lock, which costs 5 % of the CPU time of a read. The
  // tests under the thread sanitizer detect lock cycles instead.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Must be constructed before any thread starts: a thread that does not block the signals would receive
  // them.
  ServiceSignals signals;
  const ConfigOptions sources = WithUsualFile(options);
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(sources);
  if (!loaded.ok()) return ReportResult(loaded.status());
  const absl::StatusOr<std::unique_ptr<JsonLog>> log = MakeLog(loaded->config);
  if (!log.ok()) return ReportResult(log.status());
  const absl::StatusOr<std::unique_ptr<Service>> service =
      Service::Start(loaded->config, **log, [&] { signals.StopGracefully(); });
  if (!service.ok()) return ReportResult(service.status());
  Reload reload(sources, loaded->config, **service, **log);
  while (signals.Wait() == ServiceSignals::Request::kReload) reload();
  (*service)->Drain();
  return ExitCode::kDone;
}

}  // namespace

void AddServeCommand(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand("serve",
                                             "Run the service; SIGTERM or SIGINT stops gracefully, a "
                                             "second signal at once; SIGHUP reloads the configuration");
  const auto options = std::make_shared<ConfigOptions>();
  AddConfigOptions(*command, *options);
  command->callback([&run, options] { run = [options] { return Serve(*options); }; });
}

}  // namespace keelson
