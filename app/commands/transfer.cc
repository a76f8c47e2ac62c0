#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "adapters/store/read_ahead/read_ahead.h"
#include "adapters/system/system_clock.h"
#include "app/adapters.h"
#include "app/commands/commands.h"
#include "app/commands/config_options.h"
#include "app/progress.h"
#include "core/common/strings.h"
#include "core/store/export/copy_store.h"

namespace keelson {
namespace {

struct TransferOptions {
  std::string from;
  std::string to;
};

// Prefixes the error with "the source" or "the target", because both stores return the same messages.
absl::Status Of(std::string_view store, const absl::Status& status) {
  return absl::Status(status.code(), ToAbsl(StrCat("the ", store, ": ", status.message())));
}

std::string Describe(const TransferProgress& progress) {
  const bool copying = progress.phase == TransferProgress::Phase::kCopying;
  return StrCat(copying ? "copying " : "checking ", progress.table);
}

void Print(const std::vector<TransferredTable>& tables) {
  for (const TransferredTable& table : tables) {
    const absl::string_view digest(reinterpret_cast<const char*>(table.digest.data()), table.digest.size());
    std::cout << absl::StrFormat("%-17s %12d rows  %s\n", std::string(TableName(table.kind)), table.rows,
                                 absl::BytesToHexString(digest));
  }
}

absl::Status Move(const Config& from, const Config& to) {
  SystemClock clock;
  auto from_store = OpenStoreExporter(from, BulkAccess::kExclusive, clock);
  if (!from_store.ok()) return Of("source", from_store.status());
  auto to_store = OpenStoreImporter(to, clock);
  if (!to_store.ok()) return Of("target", to_store.status());
  ReadAheadReader source(*std::move(from_store));
  ReadAheadTarget target(*std::move(to_store));
  Progress progress;
  CopyStore transfer(source, target,
                     [&](const TransferProgress& p) { progress.Show(Describe(p), p.done, p.total, "rows"); });
  const absl::StatusOr<std::vector<TransferredTable>> tables = transfer.Handle();
  progress.Clear();
  if (tables.ok()) Print(*tables);
  return tables.status();
}

ExitCode Transfer(const TransferOptions& options) {
  const absl::StatusOr<LoadedConfig> from = LoadConfigFile(options.from);
  if (!from.ok()) return ReportResult(from.status());
  const absl::StatusOr<LoadedConfig> to = LoadConfigFile(options.to);
  if (!to.ok()) return ReportResult(to.status());
  return ReportResult(Move(from->config, to->config));
}

}  // namespace

void AddTransferCommand(CLI::App& program, Run& run) {
  CLI::App* command =
      program.add_subcommand("transfer", "Copy all data from one store to another and compare every table");
  const auto options = std::make_shared<TransferOptions>();
  command
      ->add_option("--from", options->from,
                   "Configuration of the source store; stop all instances that use it first")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--to", options->to,
                   "Configuration of the target store, which is empty or holds an incomplete transfer from "
                   "this source")
      ->type_name("FILE")
      ->required();
  command->callback([&run, options] { run = [options] { return Transfer(*options); }; });
}

}  // namespace keelson
