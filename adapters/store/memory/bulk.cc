#include "adapters/store/memory/bulk.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

constexpr int kAll = std::numeric_limits<int>::max();

RowBatch ReadTable(const Repositories& r, RowKind kind, std::string_view after, int limit) {
  switch (kind) {
    case RowKind::kUsers:
      return r.users.ListAfter(after, limit);
    case RowKind::kSessions:
      return r.sessions.ListAfter(after, limit);
    case RowKind::kEmailTokens:
      return r.tokens.ListAfter(after, limit);
    case RowKind::kCooldowns:
      return r.cooldowns.ListAfter(after, limit);
    case RowKind::kThrottles:
      return r.throttles.ListAfter(after, limit);
    case RowKind::kOrders:
      return r.orders.ListAfter(after, limit);
    case RowKind::kRefunds:
      return r.refunds.ListAfter(after, limit);
    case RowKind::kMessages:
      return r.messages.ListAfter(after, limit);
    case RowKind::kEvents:
      return r.events.ListRowsAfter(after, limit);
    case RowKind::kIdempotency:
      return r.idempotency.ListAfter(after, limit);
    case RowKind::kSettings:
      return r.settings.ListAfter(after, limit);
    case RowKind::kLedgerEntries:
      return r.ledger.ListAfter(after, limit);
  }
  return {};
}

struct Inserter {
  Repositories& r;

  absl::Status operator()(const UserRow& user) const { return r.users.InsertRow(user); }
  absl::Status operator()(const SessionFields& session) const { return r.sessions.Insert(Session(session)); }
  absl::Status operator()(const EmailToken& token) const { return r.tokens.Insert(token); }
  absl::Status operator()(const Cooldown& cooldown) const { return r.cooldowns.Insert(cooldown); }
  absl::Status operator()(const Throttle& throttle) const { return r.throttles.Insert(throttle); }
  absl::Status operator()(const OrderFields& order) const { return r.orders.Insert(Order(order)); }
  absl::Status operator()(const RefundFields& refund) const { return r.refunds.Insert(Refund(refund)); }
  absl::Status operator()(const Message& message) const { return r.messages.Insert(message); }
  absl::Status operator()(const Event& event) const { return r.events.InsertNumbered(event); }
  absl::Status operator()(const IdempotencyRecord& record) const { return r.idempotency.Insert(record); }
  absl::Status operator()(const Setting& setting) const {
    return r.settings.Insert(setting.name, setting.value);
  }
  absl::Status operator()(const LedgerEntry& entry) const { return r.ledger.Insert(entry); }
};

absl::Status InsertAll(Repositories& repositories, const RowBatch& batch) {
  return std::visit(
      [&](const auto& rows) -> absl::Status {
        for (std::size_t i = 0; i < rows.size(); ++i) {
          const absl::Status status = Inserter{repositories}(rows[i]);
          if (!status.ok()) return RowRefused(batch, i, std::string(status.message()));
        }
        return absl::OkStatus();
      },
      batch);
}

}  // namespace

MemoryExporter::MemoryExporter(const Repositories& repositories) {
  for (const RowKind kind : kAllRowKinds) tables_.push_back(ReadTable(repositories, kind, "", kAll));
}

absl::StatusOr<std::int64_t> MemoryExporter::Count(RowKind kind) {
  return static_cast<std::int64_t>(CountOf(tables_[static_cast<std::size_t>(kind)]));
}

absl::StatusOr<RowBatch> MemoryExporter::Read(RowKind kind, std::string_view after, int limit) {
  return std::visit(
      [&](const auto& rows) -> RowBatch {
        const auto begin =
            std::upper_bound(rows.begin(), rows.end(), after,
                             [](std::string_view key, const auto& row) { return key < KeyOf(row); });
        const auto count = std::min<std::ptrdiff_t>(rows.end() - begin, limit);
        return std::decay_t<decltype(rows)>(begin, begin + count);
      },
      tables_[static_cast<std::size_t>(kind)]);
}

absl::StatusOr<std::int64_t> MemoryImporter::Count(RowKind kind) {
  absl::ReaderMutexLock lock(&mutex_);
  return static_cast<std::int64_t>(CountOf(ReadTable(repositories_, kind, "", kAll)));
}

absl::StatusOr<RowBatch> MemoryImporter::Read(RowKind kind, std::string_view after, int limit) {
  absl::ReaderMutexLock lock(&mutex_);
  return ReadTable(repositories_, kind, after, limit);
}

absl::Status MemoryImporter::Insert(const RowBatch& rows, std::string_view checkpoint) {
  absl::MutexLock lock(&mutex_);
  absl::Status status = InsertAll(repositories_, rows);
  if (status.ok()) repositories_.settings.Put(kTransferCheckpoint, checkpoint);
  if (!status.ok()) journal_.Undo();
  journal_.Forget();
  return status;
}

absl::StatusOr<std::string> MemoryImporter::FindCheckpoint() {
  absl::ReaderMutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const std::optional<std::string> checkpoint,
                   repositories_.settings.Find(kTransferCheckpoint));
  return checkpoint.value_or("");
}

absl::Status MemoryImporter::Finish() {
  absl::MutexLock lock(&mutex_);
  repositories_.settings.Erase(kTransferCheckpoint);
  journal_.Forget();
  return absl::OkStatus();
}

}  // namespace keelson
