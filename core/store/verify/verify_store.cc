#include "core/store/verify/verify_store.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/common/status_macros.h"
#include "core/store/verify/check_links.h"
#include "core/store/verify/check_rows.h"

namespace keelson {
namespace {

constexpr std::string_view kDatabase = "database";
constexpr std::string_view kEngineIntegrity = "engine_integrity";
constexpr std::string_view kRowsReadable = "rows_readable";

constexpr std::array kRowChecks = {&CheckUsers,    &CheckSessions,   &CheckOrders,
                                   &CheckMessages, &CheckEventChain, &CheckResponses};

// Returns the number of parts into which `rows` rows are divided, with about `limit` rows in a part at most.
std::uint32_t PartsOf(std::int64_t rows, std::int64_t limit) {
  return static_cast<std::uint32_t>(1 + rows / limit);
}

// The number of rows that all checks read in total.
std::int64_t RowsToRead(const RowCounts& counts, std::uint32_t user_parts, std::uint32_t event_parts) {
  using enum RowKind;
  return counts.Sum({kUsers, kSessions, kEmailTokens, kOrders, kRefunds, kMessages, kEvents, kIdempotency,
                     kLedgerEntries}) +
         user_parts * counts.Sum({kUsers, kSessions, kOrders, kMessages, kEvents, kIdempotency}) +
         event_parts * counts.Sum({kUsers, kOrders, kRefunds, kMessages, kEvents});
}

}  // namespace

Finding UnreadableStore(const absl::Status& damage) {
  return {kRowsReadable, kDatabase, "rows", std::string(damage.message())};
}

absl::StatusOr<std::int64_t> VerifyStore::Handle() {
  const absl::Status engine = CheckEngine();
  const absl::Status rows = engine.ok() ? CheckRows() : engine;
  // Damaged and unreadable values are findings.
  if (absl::IsDataLoss(rows) || absl::IsInternal(rows)) {
    Report(UnreadableStore(rows));
  } else if (!rows.ok()) {
    return rows;
  }
  return findings_;
}

absl::Status VerifyStore::CheckEngine() {
  ASSIGN_OR_RETURN(std::vector<EngineFault> faults, reader_.CheckEngine());
  for (EngineFault& fault : faults) {
    Report({kEngineIntegrity, kDatabase, std::move(fault.object), std::move(fault.description)});
  }
  return absl::OkStatus();
}

absl::Status VerifyStore::CheckRows() {
  ASSIGN_OR_RETURN(const RowCounts counts, RowCounts::Of(reader_));
  const std::uint32_t user_parts = PartsOf(counts.of(RowKind::kUsers), limits_.users);
  const std::uint32_t event_parts = PartsOf(counts.of(RowKind::kEvents), limits_.events);

  VerifyProgress progress{0, RowsToRead(counts, user_parts, event_parts)};
  Audit audit(
      reader_, [&](const Finding& finding) { Report(finding); },
      [&](std::int64_t rows) {
        progress.done += rows;
        report_progress_(progress);
      });
  for (const auto check : kRowChecks) RETURN_IF_ERROR(check(audit));
  RETURN_IF_ERROR(CheckUsersExist(audit, user_parts));
  return CheckHistory(audit, event_parts);
}

void VerifyStore::Report(const Finding& finding) {
  ++findings_;
  report_(finding);
}

}  // namespace keelson
