#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "adapters/system/system_clock.h"
#include "app/adapters.h"
#include "app/commands/commands.h"
#include "app/commands/config_options.h"
#include "app/progress.h"
#include "core/store/verify/verify_store.h"

namespace keelson {
namespace {

void Print(const Finding& finding) {
  std::cout << finding.table << ' ' << finding.id << ": " << finding.invariant << ": " << finding.figures
            << '\n';
}

ExitCode Verify(const ConfigOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(options);
  if (!loaded.ok()) return ReportResult(loaded.status());
  SystemClock clock;
  const auto reader = OpenStoreExporter(loaded->config, BulkAccess::kShared, clock);
  if (absl::IsDataLoss(reader.status())) {
    Print(UnreadableStore(reader.status()));
    return ExitCode::kFailed;
  }
  if (!reader.ok()) return ReportResult(reader.status());
  Progress progress;
  VerifyStore verify(
      **reader,
      [&](const Finding& finding) {
        progress.Clear();
        Print(finding);
      },
      [&](const VerifyProgress& p) { progress.Show("checking", p.done, p.total, "rows"); });
  const absl::StatusOr<std::int64_t> findings = verify.Handle();
  progress.Clear();
  if (!findings.ok()) return ReportResult(findings.status());
  if (*findings > 0) return ExitCode::kFailed;
  std::cout << "no findings\n";
  return ExitCode::kDone;
}

}  // namespace

void AddVerifyCommand(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand(
      "verify", "Check every invariant of the store and print each violation; safe while the service runs");
  const auto options = std::make_shared<ConfigOptions>();
  AddConfigOptions(*command, *options);
  command->callback([&run, options] { run = [options] { return Verify(*options); }; });
}

}  // namespace keelson
