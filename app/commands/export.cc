#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "adapters/system/system_clock.h"
#include "app/adapters.h"
#include "app/commands/commands.h"
#include "app/commands/config_options.h"
#include "app/ledger_format.h"
#include "app/progress.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct ExportOptions {
  ConfigOptions config;
  std::string format = "csv";
  std::string from;
  std::string before;
};

struct ExportRange {
  absl::Time from = absl::InfinitePast();
  absl::Time before = absl::InfiniteFuture();

  bool Has(const LedgerEntry& entry) const { return entry.create_time >= from && entry.create_time < before; }
};

// Sets `time` unless the text is empty.
absl::Status ParseBound(std::string_view option, const std::string& text, absl::Time& time) {
  if (text.empty() || absl::ParseTime("%Y-%m-%d", text, &time, nullptr) ||
      absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(StrCat(option,
                                           " must be a date in UTC, such as 2026-11-23, or a time, such as ",
                                           "2026-11-23T07:13:12Z, but is \"", text, "\""));
}

absl::StatusOr<ExportRange> ParseRange(const ExportOptions& options) {
  ExportRange range;
  RETURN_IF_ERROR(ParseBound("--from", options.from, range.from));
  RETURN_IF_ERROR(ParseBound("--before", options.before, range.before));
  return range;
}

absl::Status WriteEntries(StoreExporter& reader, LedgerFormatter formatter, const ExportRange& range) {
  constexpr int kBatch = 1000;
  ASSIGN_OR_RETURN(const std::int64_t total, reader.Count(RowKind::kLedgerEntries));
  std::cout << formatter.Begin();
  Progress progress;
  std::int64_t done = 0;
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(const RowBatch batch, reader.Read(RowKind::kLedgerEntries, after, kBatch));
    const auto& entries = std::get<std::vector<LedgerEntry>>(batch);
    for (const LedgerEntry& entry : entries) {
      if (range.Has(entry)) std::cout << formatter.Add(entry);
    }
    if (!std::cout.flush()) return absl::DataLossError("standard output can't be written");
    done += std::ssize(entries);
    progress.Show("exporting", done, total, "entries");
    if (entries.size() < kBatch) return absl::OkStatus();
    after = LastKey(batch);
  }
}

absl::Status ExportLedgerTo(const ExportOptions& options) {
  const std::optional<LedgerFormat> format = ParseLedgerFormat(options.format);
  if (!format) {
    return absl::InvalidArgumentError(
        StrCat("--format must be csv, hledger or beancount, but is \"", options.format, "\""));
  }
  ASSIGN_OR_RETURN(const ExportRange range, ParseRange(options));
  ASSIGN_OR_RETURN(const LoadedConfig loaded, LoadConfig(options.config));
  SystemClock clock;
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreExporter> reader,
                   OpenStoreExporter(loaded.config, BulkAccess::kShared, clock));
  return WriteEntries(*reader, LedgerFormatter(*format), range);
}

}  // namespace

void AddExportCommand(CLI::App& program, Run& run) {
  CLI::App* group = program.add_subcommand("export", "Print data of the store for other programs");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand(
      "ledger", "Print the ledger of payments and refunds, grouped by order; safe while the service runs");
  const auto options = std::make_shared<ExportOptions>();
  AddConfigOptions(*command, options->config);
  command->add_option("--format", options->format, "csv, hledger or beancount; default: csv")
      ->type_name("NAME");
  command
      ->add_option("--from", options->from,
                   "Print entries from this time on: a date in UTC (2026-11-23) or a time in RFC 3339")
      ->type_name("TIME");
  command->add_option("--before", options->before, "Print entries before this time, in the form of --from")
      ->type_name("TIME");
  command->callback([&run, options] { run = [options] { return ReportResult(ExportLedgerTo(*options)); }; });
}

}  // namespace keelson
