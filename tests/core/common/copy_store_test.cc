#include "core/store/export/copy_store.h"

#include <catch2/catch.hpp>

#include "core/accounts/user_repository.h"
#include "core/store/setting_repository.h"
#include "core/store/store.h"
#include "tests/core/world.h"
#include "tests/support/rows_reader.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

// A target whose store fails after `writes` writes.
class FailingTarget : public StoreImporter {
 public:
  FailingTarget(StoreImporter& target, int writes) : target_(target), left_(writes) {}

  absl::StatusOr<std::int64_t> Count(RowKind kind) override { return target_.Count(kind); }
  absl::StatusOr<RowBatch> Read(RowKind kind, std::string_view after, int limit) override {
    return target_.Read(kind, after, limit);
  }
  absl::Status Insert(const RowBatch& rows, std::string_view checkpoint) override {
    return left_-- > 0 ? target_.Insert(rows, checkpoint) : absl::UnavailableError("connection lost");
  }
  absl::StatusOr<std::string> FindCheckpoint() override { return target_.FindCheckpoint(); }
  absl::Status Finish() override {
    return left_-- > 0 ? target_.Finish() : absl::UnavailableError("connection lost");
  }

 private:
  StoreImporter& target_;
  int left_;
};

struct Move {
  Move() {
    world.Delivered();
    Must(world.Refunded(world.Delivered(), Everything(), "r1").status());
    world.Settle();
    AddSetting("page_token_key");
  }

  void AddSetting(std::string_view name) {
    Must(world.store.Write(Deadline::Never(), [&](WriteTransaction& tx) {
      return tx.settings().FindOrInsert(name, "k").status();
    }));
  }
  absl::StatusOr<std::vector<TransferredTable>> Run(StoreImporter& to) {
    const std::unique_ptr<StoreExporter> source = world.memory.OpenReader();
    return CopyStore(*source, to, [](const TransferProgress&) {}).Handle();
  }
  absl::StatusOr<std::vector<TransferredTable>> Run() { return Run(*target); }
  absl::Status RunPart(int writes) {
    FailingTarget failing(*target, writes);
    return Run(failing).status();
  }
  // Returns OK if a service may start on the target.
  absl::Status CheckTarget() { return CheckNoTransfer(other, Deadline::Never()); }

  World world;
  MemoryStore other;
  std::unique_ptr<StoreImporter> target = other.OpenTarget();
};

bool IsMoved(Move& move) {
  const std::unique_ptr<StoreExporter> source = move.world.memory.OpenReader();
  for (const RowKind kind : kAllRowKinds) {
    if (Must(source->Read(kind, "", 1'000'000)) != Must(move.target->Read(kind, "", 1'000'000))) return false;
  }
  return true;
}

TEST_CASE("a transfer copies every row, and returns the row count and hash of each table") {
  Move move;
  const std::vector<TransferredTable> tables = Must(move.Run());
  CHECK(IsMoved(move));
  REQUIRE(tables.size() == kRowKinds);
  for (const TransferredTable& table : tables) {
    CHECK(table.rows == Must(move.target->Count(table.kind)));
    CHECK((table.digest == Sha256("")) == (table.rows == 0));
  }
  CHECK(tables[static_cast<std::size_t>(RowKind::kOrders)].rows == 2);
  Must(move.CheckTarget());
}

TEST_CASE("an interrupted transfer continues after its last batch") {
  bool whole = false;
  for (int writes = 0; !whole; ++writes) {
    INFO(writes);
    Move move;
    const absl::Status ended = move.RunPart(writes);
    whole = ended.ok();
    if (whole) continue;
    CHECK(absl::IsUnavailable(ended));
    CHECK(move.CheckTarget().ok() == (writes == 0));
    Must(move.Run().status());
    CHECK(IsMoved(move));
    Must(move.CheckTarget());
  }
}

TEST_CASE("a service does not start on a store with an incomplete transfer") {
  Move move;
  CHECK(absl::IsUnavailable(move.RunPart(3)));
  CHECK(absl::IsFailedPrecondition(move.CheckTarget()));
  CHECK_THAT(std::string(move.CheckTarget().message()), Contains("holds an incomplete transfer"));
}

TEST_CASE("a target that is not empty is rejected and not changed") {
  Move move;
  Must(move.Run().status());
  const absl::Status again = move.Run().status();
  CHECK(absl::IsFailedPrecondition(again));
  CHECK_THAT(std::string(again.message()), Contains("not empty: its table users has 1 row"));
  CHECK(IsMoved(move));
  Must(move.CheckTarget());
}

TEST_CASE("a target with an incomplete transfer from another source is rejected") {
  Move move;
  CHECK(absl::IsUnavailable(move.RunPart(3)));
  Move elsewhere;
  elsewhere.AddSetting("another");
  const absl::Status refused = elsewhere.Run(*move.target).status();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK_THAT(std::string(refused.message()), Contains("another source"));
}

TEST_CASE("a target with an incomplete transfer is rejected after the source has changed") {
  Move move;
  CHECK(absl::IsUnavailable(move.RunPart(3)));
  move.world.Pending();
  CHECK(absl::IsFailedPrecondition(move.Run().status()));
}

TEST_CASE("a transfer fails with DATA_LOSS if a row of the target differs from the source") {
  Move move;
  CHECK(absl::IsUnavailable(move.RunPart(6)));
  UserFields changed = move.world.Ada().fields();
  changed.display_name = "Eve";
  Must(move.other.Write(Deadline::Never(),
                        [&](WriteTransaction& tx) { return tx.users().Update(User(changed)); }));
  const absl::Status ended = move.Run().status();
  CHECK(absl::IsDataLoss(ended));
  CHECK_THAT(std::string(ended.message()), Contains("the table users differs"));
  CHECK(absl::IsFailedPrecondition(move.CheckTarget()));
}

TEST_CASE("a transfer stops at a row that the target rejects, and the error names the row's key") {
  Move move;
  RowsReader source(*move.world.memory.OpenReader());
  OrderFields& order = source.of<OrderFields>()[1];
  order.refunded = order.paid + 1;
  const absl::Status ended =
      CopyStore(source, *move.target, [](const TransferProgress&) {}).Handle().status();
  CHECK(absl::IsInternal(ended));
  CHECK_THAT(std::string(ended.message()),
             Contains("rejected the row " + order.id.ToString() + " of the table orders: "));
}

TEST_CASE("the progress of a continued transfer reaches the total, both while copying and while comparing") {
  Move move;
  CHECK(absl::IsUnavailable(move.RunPart(5)));
  const std::unique_ptr<StoreExporter> source = move.world.memory.OpenReader();
  TransferProgress copying, checking;
  Must(CopyStore(*source, *move.target,
                 [&](const TransferProgress& p) {
                   TransferProgress& last = p.phase == TransferProgress::Phase::kCopying ? copying : checking;
                   CHECK(p.done > last.done);
                   CHECK(p.done <= p.total);
                   last = p;
                 })
           .Handle()
           .status());
  CHECK(copying.done == copying.total);
  CHECK(checking.done == checking.total);
  CHECK(checking.total == copying.total);
}

TEST_CASE("an empty store is copied") {
  World world;
  MemoryStore other;
  const std::unique_ptr<StoreExporter> source = world.memory.OpenReader();
  const std::unique_ptr<StoreImporter> target = other.OpenTarget();
  Must(CopyStore(*source, *target, [](const TransferProgress&) {}).Handle().status());
  Must(CheckNoTransfer(other, Deadline::Never()));
}

}  // namespace
}  // namespace keelson
