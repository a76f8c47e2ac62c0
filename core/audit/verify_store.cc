#include "core/audit/verify_store.h"

#include <array>

#include "core/audit/check_links.h"
#include "core/audit/check_rows.h"

namespace keelson {
namespace {

constexpr std::array kRowChecks = {&CheckUsers, &CheckOrders, &CheckMessages, &CheckEventChain,
                                   &CheckAnswers};

// Into how many parts so many rows fall when each may have no more than `limit`.
std::uint32_t PartsOf(std::int64_t rows, std::int64_t limit) {
  return static_cast<std::uint32_t>(1 + rows / limit);
}

// By all checks together.
std::int64_t RowsToRead(const RowCounts& counts, std::uint32_t user_parts, std::uint32_t event_parts) {
  using enum RowKind;
  return counts.Sum({kUsers, kEmailTokens, kOrders, kRefunds, kMessages, kEvents, kIdempotency}) +
         user_parts * counts.Sum({kUsers, kOrders, kMessages, kEvents}) +
         event_parts * counts.Sum({kUsers, kOrders, kRefunds, kMessages, kEvents});
}

}  // namespace

absl::StatusOr<std::int64_t> VerifyStore::operator()() {
  const absl::StatusOr<RowCounts> counts = RowCounts::Of(reader_);
  if (!counts.ok()) return counts.status();
  const std::uint32_t user_parts = PartsOf(counts->of(RowKind::kUsers), limits_.users);
  const std::uint32_t event_parts = PartsOf(counts->of(RowKind::kEvents), limits_.events);

  VerifyProgress progress{0, RowsToRead(*counts, user_parts, event_parts)};
  Audit audit(reader_, report_, [&](std::int64_t rows) {
    progress.done += rows;
    tell_(progress);
  });
  absl::Status status;
  for (const auto check : kRowChecks) {
    if (status.ok()) status = check(audit);
  }
  if (status.ok()) status = CheckUsersExist(audit, user_parts);
  if (status.ok()) status = CheckHistory(audit, event_parts);
  if (!status.ok()) return status;
  return audit.findings();
}

}  // namespace keelson
