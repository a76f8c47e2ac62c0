#include <cstdio>

#include "tests/bench/figures.h"
#include "tests/bench/raw_refunds.h"
#include "tests/bench/refund_load.h"

namespace keelson {
namespace {

constexpr int kRounds = 3;
constexpr double kUngroupedBar = 4;
constexpr double kRawBar = 0.4;
constexpr double kTailBar = 5;

}  // namespace

Figures MeasureRefunds(const Workbench& bench) {
  absl::StatusOr<std::unique_ptr<RawRefunds>> raw = RawRefunds::Record(bench);
  if (!raw.ok()) return raw.status();
  std::vector<double> over_ungrouped;
  std::vector<double> over_raw;
  std::vector<double> tails;
  for (int round = 0; round < kRounds; ++round) {
    absl::StatusOr<LoadResult> grouped = LoadRefunds(bench, {kWithoutSettlement});
    if (!grouped.ok()) return grouped.status();
    absl::StatusOr<double> issued_raw = (*raw)->Replay(bench);
    if (!issued_raw.ok()) return issued_raw.status();
    absl::StatusOr<LoadResult> ungrouped =
        LoadRefunds(bench, {kWithoutSettlement, "store.sqlite.group_commit=1"});
    if (!ungrouped.ok()) return ungrouped.status();
    std::fprintf(
        stderr, "refund: %.0f/s (p50 %.2f ms, p99 %.2f ms); one refund per commit %.0f/s; plain SQL %.0f/s\n",
        grouped->calls_per_second, absl::ToDoubleMilliseconds(grouped->p50()),
        absl::ToDoubleMilliseconds(grouped->p99()), ungrouped->calls_per_second, *issued_raw);
    over_ungrouped.push_back(grouped->calls_per_second / ungrouped->calls_per_second);
    over_raw.push_back(grouped->calls_per_second / *issued_raw);
    tails.push_back(absl::FDivDuration(grouped->p99(), grouped->p50()));
  }
  absl::StatusOr<LoadResult> settled = LoadRefunds(bench, {});
  if (!settled.ok()) return settled.status();
  std::fprintf(stderr, "refund: %.0f/s while refunds are settled and their e-mails are sent\n",
               settled->calls_per_second);
  return std::vector<Figure>{{"refund_grouped", Median(over_ungrouped), Figure::Bar::kAtLeast, kUngroupedBar},
                             {"refund_raw", Median(over_raw), Figure::Bar::kAtLeast, kRawBar},
                             {"refund_tail", Median(tails), Figure::Bar::kAtMost, kTailBar}};
}

}  // namespace keelson
