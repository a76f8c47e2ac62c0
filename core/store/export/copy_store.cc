#include "core/store/export/copy_store.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "core/common/serialize.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/store/setting_repository.h"

namespace keelson {

// The progress of a copy: the target has all rows of the kinds before `kind`, and the rows of `kind` up to
// the key `after` (inclusive).
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
                                    "; start again with an empty target"));
}

absl::Status NotEmpty(RowKind kind, std::int64_t count) {
  return absl::FailedPreconditionError(StrCat("the target is not empty: its table ", TableName(kind), " has ",
                                              count, count == 1 ? " row" : " rows",
                                              "; start again with an empty target"));
}

// Computes the summary of a table from its batches.
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

// Calls `work` with every batch of the kind. Stops at the first error.
template <typename Work>
absl::Status ForEachBatch(StoreExporter& store, RowKind kind, const Work& work) {
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(RowBatch batch, store.Read(kind, after, CopyStore::kBatch));
    const std::size_t count = CountOf(batch);
    if (count == 0) return absl::OkStatus();
    after = LastKey(batch);
    RETURN_IF_ERROR(work(std::move(batch)));
    if (count < CopyStore::kBatch) return absl::OkStatus();
  }
}

// Removes the rows with keys up to `key` (inclusive).
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
  ASSIGN_OR_RETURN(const RowCounts counts, RowCounts::Of(source_));
  ASSIGN_OR_RETURN(const Sha256Digest identity, IdentifySource(counts));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, Begin(identity));
  ASSIGN_OR_RETURN(const RowCounts copied, RowCounts::Of(target_));

  const std::int64_t rows = counts.Sum();
  TransferProgress copying{TransferProgress::Phase::kCopying, "", copied.Sum(), rows};
  ASSIGN_OR_RETURN(std::vector<TransferredTable> tables, Copy(std::move(checkpoint), copying));
  TransferProgress checking{TransferProgress::Phase::kChecking, "", 0, rows};
  RETURN_IF_ERROR(Compare(tables, checking));
  RETURN_IF_ERROR(target_.Finish());
  return tables;
}

// Returns a hash that identifies the source and its content: any write to the source changes the hash. The
// hash covers the number of rows, the settings, and the last event, whose hash covers all earlier events.
absl::StatusOr<Sha256Digest> CopyStore::IdentifySource(const RowCounts& counts) {
  Event before_last;
  before_last.sequence = counts.of(RowKind::kEvents) - 1;
  ASSIGN_OR_RETURN(const RowBatch events, source_.Read(RowKind::kEvents, KeyOf(before_last), kBatch));
  ASSIGN_OR_RETURN(const RowBatch settings, source_.Read(RowKind::kSettings, "", kBatch));
  FieldWriter identity;
  for (const RowKind kind : kAllRowKinds) identity(counts.of(kind));
  identity(std::get<std::vector<Event>>(events));
  identity(std::get<std::vector<Setting>>(settings));
  return Sha256(identity.Take());
}

absl::StatusOr<CopyStore::Checkpoint> CopyStore::Begin(const Sha256Digest& identity) {
  ASSIGN_OR_RETURN(const std::string stored, target_.FindCheckpoint());
  if (!stored.empty()) {
    std::optional<Checkpoint> checkpoint = Deserialize<Checkpoint>(stored);
    if (checkpoint && checkpoint->source == identity) return *std::move(checkpoint);
    return absl::FailedPreconditionError(
        "the target holds an incomplete transfer from another source, or from this source before it "
        "changed: start again with an empty target");
  }
  ASSIGN_OR_RETURN(const RowCounts counts, RowCounts::Of(target_));
  for (const RowKind kind : kAllRowKinds) {
    if (counts.of(kind) > 0) return NotEmpty(kind, counts.of(kind));
  }
  Checkpoint checkpoint;
  checkpoint.source = identity;
  RETURN_IF_ERROR(target_.Insert(RowBatch(), Serialize(checkpoint)));
  return checkpoint;
}

absl::StatusOr<std::vector<TransferredTable>> CopyStore::Copy(Checkpoint checkpoint,
                                                              TransferProgress& progress) {
  std::vector<TransferredTable> tables;
  for (const RowKind kind : kAllRowKinds) {
    ASSIGN_OR_RETURN(const TransferredTable table, CopyTable(kind, checkpoint, progress));
    tables.push_back(table);
  }
  return tables;
}

// Copies one table. Reads all its rows for the summary, but inserts only the rows after the checkpoint.
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
    RETURN_IF_ERROR(target_.Insert(rows, Serialize(checkpoint)));
    progress.done += static_cast<std::int64_t>(count);
    report_progress_(progress);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return summary.Finish();
}

absl::Status CopyStore::Compare(const std::vector<TransferredTable>& tables, TransferProgress& progress) {
  for (const TransferredTable& read : tables) {
    ASSIGN_OR_RETURN(const TransferredTable written, SummarizeTarget(read.kind, progress));
    if (read != written) return Differs(read, written);
  }
  return absl::OkStatus();
}

absl::StatusOr<TransferredTable> CopyStore::SummarizeTarget(RowKind kind, TransferProgress& progress) {
  progress.table = TableName(kind);
  Summary summary(kind);
  const absl::Status status = ForEachBatch(target_, kind, [&](const RowBatch& rows) {
    summary.Add(rows);
    progress.done += static_cast<std::int64_t>(CountOf(rows));
    report_progress_(progress);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return summary.Finish();
}

absl::Status CheckNoTransfer(Store& store, Deadline deadline) {
  return store.Write(deadline, [](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<std::string> checkpoint, tx.settings().Find(kTransferCheckpoint));
    if (!checkpoint) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "the store holds an incomplete transfer: run keelson transfer again until the transfer is complete");
  });
}

}  // namespace keelson
