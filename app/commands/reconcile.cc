#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/system_entropy.h"
#include "app/adapters.h"
#include "app/commands/commands.h"
#include "app/commands/config_options.h"
#include "app/exported_refund_pages.h"
#include "app/progress.h"
#include "app/resume_clock.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/refunds/reconcile_refunds.h"
#include "core/store/export/copy_store.h"

namespace keelson {
namespace {

constexpr absl::Duration kStoreTimeout = absl::Seconds(10);

using ComparisonResult = RefundComparison::Result;

struct ReconcileOptions {
  ConfigOptions config;
  // Empty: payments.reconcile.window.
  std::string since;
  bool repair = false;
  bool json = false;
};

// Parses a duration before `now`, such as "72h", a time (RFC 3339) or a date (UTC).
absl::StatusOr<absl::Time> ParseSince(const std::string& text, absl::Time now) {
  absl::Duration ago;
  if (absl::ParseDuration(text, &ago) && ago >= absl::ZeroDuration()) return now - ago;
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) return time;
  if (absl::ParseTime("%Y-%m-%d", text, absl::UTCTimeZone(), &time, nullptr)) return time;
  return absl::InvalidArgumentError(
      StrCat("--since ", text,
             " must be a duration such as 72h, a date such as 2026-11-28, or a time such as "
             "2026-11-28T12:00:00Z"));
}

std::string OutcomeName(const PaymentOutcome& outcome) {
  return std::string(kPaymentOutcomeNames[static_cast<std::size_t>(outcome.kind)]);
}

nlohmann::ordered_json ToJson(const RefundComparison& comparison) {
  const Refund& refund = comparison.refund;
  const bool different = comparison.result == ComparisonResult::kDifferent;
  nlohmann::ordered_json line = {
      {"refund_id", refund->id.ToString()},
      {"order_id", refund->order_id.ToString()},
      {"provider", refund->payment_provider},
      {"state", std::string(RefundStateName(refund->state))},
      {"difference", different ? std::string(DifferenceName(*comparison.difference)) : "NOT_COMPARED"},
      {"provider_outcome", OutcomeName(comparison.outcome)},
      {"provider_code", comparison.outcome.code},
      {"repaired", comparison.repaired}};
  line["explanation"] =
      different ? std::string(DifferenceExplanation(*comparison.difference)) : comparison.outcome.message;
  return line;
}

std::string ToLine(const RefundComparison& comparison) {
  const Refund& refund = comparison.refund;
  const std::string subject =
      StrCat(refund->id.ToString(), " ", refund->payment_provider, " ", RefundStateName(refund->state), ": ");
  const PaymentOutcome& outcome = comparison.outcome;
  if (comparison.result == ComparisonResult::kNotCompared) {
    return StrCat(subject, "NOT_COMPARED: ", outcome.code, ": ", outcome.message);
  }
  return StrCat(subject, DifferenceName(*comparison.difference), comparison.repaired ? " (repaired)" : "",
                ": ", DifferenceExplanation(*comparison.difference));
}

void PrintTotals(const ReconciliationTotals& totals, bool json) {
  if (json) {
    std::cout << nlohmann::ordered_json{{"compared", totals.compared},
                                        {"differences", totals.differences},
                                        {"repaired", totals.repaired},
                                        {"not_compared", totals.not_compared}}
              << '\n';
    return;
  }
  std::cout << "compared " << totals.compared << " refunds: " << totals.differences << " differences, "
            << totals.repaired << " repaired, " << totals.not_compared << " not compared\n";
}

// Prints the differences, and shows the progress. Thread-safe.
class ReconcileReport {
 public:
  explicit ReconcileReport(bool json) : json_(json) {}

  void Add(const RefundComparison& comparison) {
    const absl::MutexLock lock(&mutex_);
    progress_.ShowCount("comparing", ++done_, "refunds");
    if (comparison.result == ComparisonResult::kEqual) return;
    progress_.Clear();
    std::cout << (json_ ? ToJson(comparison).dump() : ToLine(comparison)) << '\n';
  }
  void Clear() {
    const absl::MutexLock lock(&mutex_);
    progress_.Clear();
  }

 private:
  const bool json_;
  absl::Mutex mutex_;
  Progress progress_ ABSL_GUARDED_BY(mutex_);
  std::int64_t done_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Compares the refunds on up to `threads` threads. Returns the first error.
absl::Status ComparePage(ReconcileRefunds& reconcile, const std::vector<Refund>& page, std::size_t threads,
                         ReconcileReport& report) {
  std::atomic<std::size_t> next = 0;
  absl::Mutex mutex;
  absl::Status failure;
  const auto compare = [&] {
    for (std::size_t i = next++; i < page.size(); i = next++) {
      const absl::StatusOr<RefundComparison> comparison = reconcile.Handle(page[i]);
      if (comparison.ok()) {
        report.Add(*comparison);
        continue;
      }
      next = page.size();
      const absl::MutexLock lock(&mutex);
      failure.Update(comparison.status());
    }
  };
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < std::min(threads, page.size()); ++i) running.emplace_back(compare);
  for (std::thread& thread : running) thread.join();
  return failure;
}

absl::Status CompareAll(ReconcileRefunds& reconcile, RefundPages& pages, std::size_t threads,
                        ReconcileReport& report) {
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<Refund> page, pages.Next());
    if (page.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(ComparePage(reconcile, page, threads, report));
  }
}

absl::StatusOr<ReconciliationTotals> ReconcileStore(const ReconcileOptions& options) {
  ASSIGN_OR_RETURN(LoadedConfig loaded, LoadConfig(options.config));
  Config& config = loaded.config;
  SystemClock clock;
  SystemEntropy entropy;
  IdGenerator ids(clock, entropy);
  absl::Time since = clock.Now() - config.payments.reconcile.window;
  if (!options.since.empty()) {
    ASSIGN_OR_RETURN(since, ParseSince(options.since, clock.Now()));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<JsonLog> log, MakeLog(config));
  ASSIGN_OR_RETURN(const auto providers, MakePaymentProviders(config, *log));
  std::vector<PaymentProvider*> pointers;
  for (const auto& provider : providers) pointers.push_back(provider.get());

  const SettlementPolicy& policy = config.payments.settlement;
  std::unique_ptr<Store> store;
  std::optional<RepairRefunds> repair;
  std::unique_ptr<RefundPages> pages;
  if (options.repair) {
    // Only `migrate` and `serve` change the schema.
    config.store.migrate = false;
    ASSIGN_OR_RETURN(store, OpenStore(config, clock));
    RETURN_IF_ERROR(CheckNoTransfer(*store, Deadline::After(kStoreTimeout)));
    RETURN_IF_ERROR(ResumeClock(*store, clock, *log, Deadline::After(kStoreTimeout)));
    repair.emplace(*store, clock, entropy, ids, policy);
    pages = std::make_unique<StoredRefundPages>(*store, since);
  } else {
    pages = std::make_unique<ExportedRefundPages>(
        [&] { return OpenStoreExporter(config, BulkAccess::kShared, clock); }, since);
  }
  ReconcileRefunds reconcile(clock, pointers, policy, repair ? &*repair : nullptr);
  ReconcileReport report(options.json);
  const absl::Status status =
      CompareAll(reconcile, *pages, static_cast<std::size_t>(policy.concurrency), report);
  report.Clear();
  RETURN_IF_ERROR(status);
  return reconcile.totals();
}

ExitCode Reconcile(const ReconcileOptions& options) {
  // A write to a connection that a provider closed would end the process (HttpClient).
  std::signal(SIGPIPE, SIG_IGN);
  const absl::StatusOr<ReconciliationTotals> totals = ReconcileStore(options);
  if (!totals.ok()) return ReportResult(totals.status());
  PrintTotals(*totals, options.json);
  return totals->differences == 0 && totals->not_compared == 0 ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

void AddReconcileCommand(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand(
      "reconcile",
      "Compare refunds with their payment providers and print each difference; safe while the service runs");
  const auto options = std::make_shared<ReconcileOptions>();
  AddConfigOptions(*command, options->config);
  command
      ->add_option(
          "--since", options->since,
          "Also compare settled refunds that were created since then: a duration such as 72h, a date "
          "or a time; default: payments.reconcile.window")
      ->type_name("TIME");
  command->add_flag(
      "--repair", options->repair,
      "Settle refunds that the provider has settled, and schedule refunds that are not due; with "
      "SQLite, stop the service first");
  command->add_flag("--json", options->json, "Print each difference and the totals as a line of JSON");
  command->callback([&run, options] { run = [options] { return Reconcile(*options); }; });
}

}  // namespace keelson
