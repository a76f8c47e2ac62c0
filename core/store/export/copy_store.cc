#include "core/store/export/copy_store.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "core/common/serialize.h"
#include "core/common/strings.h"
#include "core/store/setting_repository.h"

namespace keelson {

// What has been copied: the kinds before `kind`, and the rows of it up to and with the key `after`.
struct CopyStore::Checkpoint {
  Sha256Digest source{};
  RowKind kind = RowKind::kUsers;
  std::string after;

  template <typename Visitor>
  friend void VisitFields(Visitor& a, Checkpoint& m) {
    a(m.source), a(m.kind), a(m.after);
  }
};

namespace {

std::string Describe(const TransferredTable& table) {
  const absl::string_view digest(reinterpret_cast<const char*>(table.digest.data()), table.digest.size());
  return StrCat(table.rows, " rows with the hash ", absl::BytesToHexString(digest));
}

absl::Status Differs(const TransferredTable& source, const TransferredTable& target) {
  return absl::DataLossError(StrCat("the table ", TableName(source.kind), " differs: the source has ",
                                    Describe(source), ", the target ", Describe(target),
                                    "; begin again with an empty target"));
}

absl::Status NotEmpty(RowKind kind, std::int64_t count) {
  return absl::FailedPreconditionError(StrCat("the target is not empty: its table ", TableName(kind), " has ",
                                              count, count == 1 ? " row" : " rows"));
}

// A table's summary, while its rows go by.
class Summary {
 public:
  explicit Summary(RowKind kind) : table_{kind, 0, {}} {}

  void Add(const RowBatch& batch) {
    table_.rows += static_cast<std::int64_t>(CountOf(batch));
    std::visit(
        [&](const auto& rows) {
          for (const auto& row : rows) hash_.Update(Serialize(row));
        },
        batch);
  }
  TransferredTable Finish() {
    table_.digest = hash_.Finish();
    return table_;
  }

 private:
  TransferredTable table_;
  Sha256Stream hash_;
};

// Calls `work`, which may fail, with every batch of the kind.
template <typename Work>
absl::Status ForEachBatch(StoreExporter& store, RowKind kind, const Work& work) {
  std::string after;
  while (true) {
    absl::StatusOr<RowBatch> batch = store.Read(kind, after, CopyStore::kBatch);
    if (!batch.ok()) return batch.status();
    const std::size_t count = CountOf(*batch);
    if (count == 0) return absl::OkStatus();
    after = LastKey(*batch);
    if (absl::Status status = work(*std::move(batch)); !status.ok()) return status;
    if (count < CopyStore::kBatch) return absl::OkStatus();
  }
}

// Removes the rows up to and with that of the key.
void DropThrough(std::string_view key, RowBatch& batch) {
  std::visit(
      [&](auto& rows) {
        const auto first =
            std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return KeyOf(row) > key; });
        rows.erase(rows.begin(), first);
      },
      batch);
}

}  // namespace

absl::StatusOr<std::vector<TransferredTable>> CopyStore::Handle() {
  const absl::StatusOr<RowCounts> counts = RowCounts::Of(source_);
  if (!counts.ok()) return counts.status();
  const absl::StatusOr<Sha256Digest> identity = IdentifySource(*counts);
  if (!identity.ok()) return identity.status();
  absl::StatusOr<Checkpoint> checkpoint = Begin(*identity);
  if (!checkpoint.ok()) return checkpoint.status();
  const absl::StatusOr<RowCounts> copied = RowCounts::Of(target_);
  if (!copied.ok()) return copied.status();

  const std::int64_t rows = counts->Sum();
  TransferProgress copying{TransferProgress::Phase::kCopying, "", copied->Sum(), rows};
  absl::StatusOr<std::vector<TransferredTable>> tables = Copy(*std::move(checkpoint), copying);
  if (!tables.ok()) return tables.status();
  TransferProgress checking{TransferProgress::Phase::kChecking, "", 0, rows};
  if (absl::Status status = Compare(*tables, checking); !status.ok()) return status;
  if (absl::Status status = target_.Finish(); !status.ok()) return status;
  return tables;
}

// What tells this source from any other, and from itself once it has changed: how many rows it has, its last
// event, whose hash covers all before it, and its settings, the page tokens' key among them.
absl::StatusOr<Sha256Digest> CopyStore::IdentifySource(const RowCounts& counts) {
  Event before_last;
  before_last.sequence = counts.of(RowKind::kEvents) - 1;
  const absl::StatusOr<RowBatch> events = source_.Read(RowKind::kEvents, KeyOf(before_last), kBatch);
  if (!events.ok()) return events.status();
  const absl::StatusOr<RowBatch> settings = source_.Read(RowKind::kSettings, "", kBatch);
  if (!settings.ok()) return settings.status();
  FieldWriter identity;
  for (const RowKind kind : kAllRowKinds) identity(counts.of(kind));
  identity(std::get<std::vector<Event>>(*events));
  identity(std::get<std::vector<Setting>>(*settings));
  return Sha256(identity.Take());
}

absl::StatusOr<CopyStore::Checkpoint> CopyStore::Begin(const Sha256Digest& identity) {
  const absl::StatusOr<std::string> found = target_.FindCheckpoint();
  if (!found.ok()) return found.status();
  if (!found->empty()) {
    std::optional<Checkpoint> checkpoint = Deserialize<Checkpoint>(*found);
    if (checkpoint && checkpoint->source == identity) return *std::move(checkpoint);
    return absl::FailedPreconditionError(
        "the target is half filled from another source, or from this one before it changed: begin again with "
        "an empty target");
  }
  const absl::StatusOr<RowCounts> counts = RowCounts::Of(target_);
  if (!counts.ok()) return counts.status();
  for (const RowKind kind : kAllRowKinds) {
    if (counts->of(kind) > 0) return NotEmpty(kind, counts->of(kind));
  }
  Checkpoint checkpoint;
  checkpoint.source = identity;
  absl::Status status = target_.Insert(RowBatch(), Serialize(checkpoint));
  if (!status.ok()) return status;
  return checkpoint;
}

absl::StatusOr<std::vector<TransferredTable>> CopyStore::Copy(Checkpoint checkpoint,
                                                              TransferProgress& progress) {
  std::vector<TransferredTable> tables;
  for (const RowKind kind : kAllRowKinds) {
    const absl::StatusOr<TransferredTable> table = CopyTable(kind, checkpoint, progress);
    if (!table.ok()) return table.status();
    tables.push_back(*table);
  }
  return tables;
}

// All of it is read, for its summary; what the target has already is not inserted again.
absl::StatusOr<TransferredTable> CopyStore::CopyTable(RowKind kind, Checkpoint& checkpoint,
                                                      TransferProgress& progress) {
  progress.table = TableName(kind);
  Summary summary(kind);
  const absl::Status status = ForEachBatch(source_, kind, [&](RowBatch rows) -> absl::Status {
    summary.Add(rows);
    if (kind < checkpoint.kind) return absl::OkStatus();
    if (kind == checkpoint.kind) DropThrough(checkpoint.after, rows);
    const std::size_t count = CountOf(rows);
    if (count == 0) return absl::OkStatus();
    checkpoint = {checkpoint.source, kind, LastKey(rows)};
    if (absl::Status inserted = target_.Insert(rows, Serialize(checkpoint)); !inserted.ok()) return inserted;
    progress.done += static_cast<std::int64_t>(count);
    tell_(progress);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return summary.Finish();
}

absl::Status CopyStore::Compare(const std::vector<TransferredTable>& tables, TransferProgress& progress) {
  for (const TransferredTable& ours : tables) {
    const absl::StatusOr<TransferredTable> theirs = SummarizeTarget(ours.kind, progress);
    if (!theirs.ok()) return theirs.status();
    if (ours != *theirs) return Differs(ours, *theirs);
  }
  return absl::OkStatus();
}

absl::StatusOr<TransferredTable> CopyStore::SummarizeTarget(RowKind kind, TransferProgress& progress) {
  progress.table = TableName(kind);
  Summary summary(kind);
  const absl::Status status = ForEachBatch(target_, kind, [&](const RowBatch& rows) {
    summary.Add(rows);
    progress.done += static_cast<std::int64_t>(CountOf(rows));
    tell_(progress);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return summary.Finish();
}

absl::Status CheckNoTransfer(Store& store, Deadline deadline) {
  return store.Write(deadline, [](WriteTransaction& tx) -> absl::Status {
    const Found<std::string> checkpoint = tx.settings().Find(kTransferCheckpoint);
    if (!checkpoint.ok()) return checkpoint.status();
    if (!*checkpoint) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "the store is half filled by a transfer: run keelson transfer again until it is done");
  });
}

}  // namespace keelson
