#include "core/common/transfer_store.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "core/common/archive.h"
#include "core/common/strings.h"

namespace keelson {

// What has been copied: the kinds before `kind`, and the rows of it up to and with the key `after`.
struct TransferStore::Mark {
  Sha256Digest source{};
  RowKind kind = RowKind::kUsers;
  std::string after;

  template <typename Archive>
  friend void Describe(Archive& a, Mark& m) {
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

}  // namespace

absl::StatusOr<std::vector<TransferredTable>> TransferStore::operator()() {
  const absl::StatusOr<RowCounts> counts = RowCounts::Of(source_);
  if (!counts.ok()) return counts.status();
  const absl::StatusOr<Sha256Digest> identity = IdentifySource(*counts);
  if (!identity.ok()) return identity.status();
  absl::StatusOr<Mark> mark = Begin(*identity);
  if (!mark.ok()) return mark.status();
  const absl::StatusOr<RowCounts> copied = RowCounts::Of(target_);
  if (!copied.ok()) return copied.status();

  const std::int64_t rows = counts->Sum();
  TransferProgress copying{TransferProgress::Phase::kCopying, "", copied->Sum(), rows};
  if (absl::Status status = Copy(*std::move(mark), copying); !status.ok()) return status;
  TransferProgress checking{TransferProgress::Phase::kChecking, "", 0, 2 * rows};
  absl::StatusOr<std::vector<TransferredTable>> tables = Compare(checking);
  if (!tables.ok()) return tables.status();
  if (absl::Status status = target_.Finish(); !status.ok()) return status;
  return tables;
}

// What tells this source from any other, and from itself once it has changed: how many rows it has, its last
// event, whose hash covers all before it, and its settings, the page tokens' key among them.
absl::StatusOr<Sha256Digest> TransferStore::IdentifySource(const RowCounts& counts) {
  Event before_last;
  before_last.sequence = counts.of(RowKind::kEvents) - 1;
  const absl::StatusOr<RowBatch> events = source_.Read(RowKind::kEvents, KeyOf(before_last), kBatch);
  if (!events.ok()) return events.status();
  const absl::StatusOr<RowBatch> settings = source_.Read(RowKind::kSettings, "", kBatch);
  if (!settings.ok()) return settings.status();
  ArchiveWriter identity;
  for (const RowKind kind : kAllRowKinds) identity(counts.of(kind));
  identity(std::get<std::vector<Event>>(*events));
  identity(std::get<std::vector<Setting>>(*settings));
  return Sha256(identity.Take());
}

absl::StatusOr<TransferStore::Mark> TransferStore::Begin(const Sha256Digest& identity) {
  const absl::StatusOr<std::string> found = target_.FindMark();
  if (!found.ok()) return found.status();
  if (!found->empty()) {
    std::optional<Mark> mark = Unarchive<Mark>(*found);
    if (mark && mark->source == identity) return *std::move(mark);
    return absl::FailedPreconditionError(
        "the target is half filled from another source, or from this one before it changed: begin again with "
        "an empty target");
  }
  const absl::StatusOr<RowCounts> counts = RowCounts::Of(target_);
  if (!counts.ok()) return counts.status();
  for (const RowKind kind : kAllRowKinds) {
    if (counts->of(kind) > 0) return NotEmpty(kind, counts->of(kind));
  }
  Mark mark;
  mark.source = identity;
  absl::Status status = target_.Insert(RowBatch(), Archive(mark));
  if (!status.ok()) return status;
  return mark;
}

absl::Status TransferStore::Copy(Mark mark, TransferProgress& progress) {
  for (const RowKind kind : kAllRowKinds) {
    if (kind < mark.kind) continue;
    if (kind > mark.kind) mark = {mark.source, kind, ""};
    if (absl::Status status = CopyTable(mark, progress); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TransferStore::CopyTable(Mark& mark, TransferProgress& progress) {
  progress.table = TableName(mark.kind);
  while (true) {
    const absl::StatusOr<RowBatch> rows = source_.Read(mark.kind, mark.after, kBatch);
    if (!rows.ok()) return rows.status();
    const std::size_t count = CountOf(*rows);
    if (count == 0) return absl::OkStatus();
    mark.after = LastKey(*rows);
    if (absl::Status status = target_.Insert(*rows, Archive(mark)); !status.ok()) return status;
    progress.done += static_cast<std::int64_t>(count);
    tell_(progress);
    if (count < kBatch) return absl::OkStatus();
  }
}

absl::StatusOr<std::vector<TransferredTable>> TransferStore::Compare(TransferProgress& progress) {
  std::vector<TransferredTable> tables;
  for (const RowKind kind : kAllRowKinds) {
    progress.table = TableName(kind);
    const absl::StatusOr<TransferredTable> ours = Summarize(source_, kind, progress);
    if (!ours.ok()) return ours.status();
    const absl::StatusOr<TransferredTable> theirs = Summarize(target_, kind, progress);
    if (!theirs.ok()) return theirs.status();
    if (*ours != *theirs) return Differs(*ours, *theirs);
    tables.push_back(*ours);
  }
  return tables;
}

absl::StatusOr<TransferredTable> TransferStore::Summarize(BulkReader& store, RowKind kind,
                                                          TransferProgress& progress) {
  TransferredTable table{kind, 0, {}};
  Sha256Stream hash;
  std::string after;
  while (true) {
    const absl::StatusOr<RowBatch> batch = store.Read(kind, after, kBatch);
    if (!batch.ok()) return batch.status();
    const std::size_t count = CountOf(*batch);
    if (count == 0) break;
    std::visit(
        [&](const auto& rows) {
          for (const auto& row : rows) hash.Update(Archive(row));
        },
        *batch);
    after = LastKey(*batch);
    table.rows += static_cast<std::int64_t>(count);
    progress.done += static_cast<std::int64_t>(count);
    tell_(progress);
    if (count < kBatch) break;
  }
  table.digest = hash.Finish();
  return table;
}

absl::Status CheckNoTransfer(Store& store, absl::Time deadline) {
  return store.Write(deadline, [](WriteTransaction& tx) -> absl::Status {
    const Found<std::string> mark = tx.settings().Find(kTransferMark);
    if (!mark.ok()) return mark.status();
    if (!*mark) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "the store is half filled by a transfer: run keelson transfer again until it is done");
  });
}

}  // namespace keelson
