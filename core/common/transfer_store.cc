#include "core/common/transfer_store.h"

#include <numeric>
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

using Counts = std::array<std::int64_t, kRowKinds>;

absl::StatusOr<Counts> CountAll(BulkReader& store) {
  Counts counts{};
  for (int kind = 0; kind < kRowKinds; ++kind) {
    const absl::StatusOr<std::int64_t> count = store.Count(static_cast<RowKind>(kind));
    if (!count.ok()) return count.status();
    counts[static_cast<std::size_t>(kind)] = *count;
  }
  return counts;
}

std::int64_t Sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::string Describe(const TransferredTable& table) {
  const absl::string_view digest(reinterpret_cast<const char*>(table.digest.data()), table.digest.size());
  return StrCat(table.rows, " rows with the hash ", absl::BytesToHexString(digest));
}

absl::Status Differs(const TransferredTable& source, const TransferredTable& target) {
  return absl::DataLossError(StrCat("the table ", TableName(source.kind), " differs: the source has ",
                                    Describe(source), ", the target ", Describe(target),
                                    "; begin again with an empty target"));
}

}  // namespace

absl::StatusOr<std::vector<TransferredTable>> TransferStore::operator()() {
  const absl::StatusOr<Counts> counts = CountAll(source_);
  if (!counts.ok()) return counts.status();
  const absl::StatusOr<Sha256Digest> identity = IdentifySource(*counts);
  if (!identity.ok()) return identity.status();
  absl::StatusOr<Mark> mark = Begin(*identity);
  if (!mark.ok()) return mark.status();
  const absl::StatusOr<Counts> copied = CountAll(target_);
  if (!copied.ok()) return copied.status();

  const std::int64_t rows = Sum(*counts);
  TransferProgress copying{TransferProgress::Phase::kCopying, "", Sum(*copied), rows};
  if (absl::Status status = Copy(*std::move(mark), copying); !status.ok()) return status;
  TransferProgress checking{TransferProgress::Phase::kChecking, "", 0, 2 * rows};
  absl::StatusOr<std::vector<TransferredTable>> tables = Compare(checking);
  if (!tables.ok()) return tables.status();
  if (absl::Status status = target_.Finish(); !status.ok()) return status;
  return tables;
}

// What tells this source from any other, and from itself once it has changed: how many rows it has, its last
// event, whose hash covers all before it, and its settings, the page tokens' key among them.
absl::StatusOr<Sha256Digest> TransferStore::IdentifySource(const Counts& counts) {
  Event before_last;
  before_last.sequence = counts[static_cast<std::size_t>(RowKind::kEvents)] - 1;
  const absl::StatusOr<RowBatch> events = source_.Read(RowKind::kEvents, KeyOf(before_last), kBatch);
  if (!events.ok()) return events.status();
  const absl::StatusOr<RowBatch> settings = source_.Read(RowKind::kSettings, "", kBatch);
  if (!settings.ok()) return settings.status();
  ArchiveWriter identity;
  for (const std::int64_t count : counts) identity(count);
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
  const absl::StatusOr<Counts> counts = CountAll(target_);
  if (!counts.ok()) return counts.status();
  for (int kind = 0; kind < kRowKinds; ++kind) {
    const std::int64_t count = (*counts)[static_cast<std::size_t>(kind)];
    if (count == 0) continue;
    return absl::FailedPreconditionError(StrCat("the target is not empty: its table ",
                                                TableName(static_cast<RowKind>(kind)), " has ", count,
                                                count == 1 ? " row" : " rows"));
  }
  Mark mark;
  mark.source = identity;
  absl::Status status = target_.Insert(RowBatch(), Archive(mark));
  if (!status.ok()) return status;
  return mark;
}

absl::Status TransferStore::Copy(Mark mark, TransferProgress& progress) {
  for (; static_cast<int>(mark.kind) < kRowKinds; mark.after.clear()) {
    progress.table = TableName(mark.kind);
    while (true) {
      const absl::StatusOr<RowBatch> rows = source_.Read(mark.kind, mark.after, kBatch);
      if (!rows.ok()) return rows.status();
      const std::size_t count = CountOf(*rows);
      if (count == 0) break;
      mark.after = LastKey(*rows);
      if (absl::Status status = target_.Insert(*rows, Archive(mark)); !status.ok()) return status;
      progress.done += static_cast<std::int64_t>(count);
      tell_(progress);
      if (count < kBatch) break;
    }
    mark.kind = static_cast<RowKind>(static_cast<int>(mark.kind) + 1);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TransferredTable>> TransferStore::Compare(TransferProgress& progress) {
  std::vector<TransferredTable> tables;
  for (int kind = 0; kind < kRowKinds; ++kind) {
    progress.table = TableName(static_cast<RowKind>(kind));
    const absl::StatusOr<TransferredTable> ours = Summarize(source_, static_cast<RowKind>(kind), progress);
    if (!ours.ok()) return ours.status();
    const absl::StatusOr<TransferredTable> theirs = Summarize(target_, static_cast<RowKind>(kind), progress);
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
