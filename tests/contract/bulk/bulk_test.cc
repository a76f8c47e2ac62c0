#include <algorithm>
#include <limits>

#include "core/accounts/user_repository.h"
#include "core/events/event_repository.h"
#include "core/orders/order_repository.h"
#include "core/sessions/session_repository.h"
#include "core/store/setting_repository.h"
#include "core/store/store.h"
#include "tests/contract/bulk/fixtures.h"
#include "tests/contract/store/samples.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

// Used in CHECK instead of ==, because Catch would print the long values.
template <typename T>
bool Same(const T& a, const T& b) {
  return a == b;
}

void CheckRoundTrip(BulkFixture& fixture, const std::vector<RowBatch>& batches) {
  InsertAll(*fixture.Target(), batches);
  const std::unique_ptr<StoreExporter> reader = fixture.Reader();
  for (const RowBatch& batch : batches) {
    INFO(TableName(KindOf(batch)));
    CHECK(Same(ReadAll(*reader, KindOf(batch)), batch));
    CHECK(Must(reader->Count(KindOf(batch))) == static_cast<std::int64_t>(CountOf(batch)));
  }
}

BULK_TEST("rows with every field set are read back unchanged") {
  CheckRoundTrip(fixture, SampleBatches(3));
}

BULK_TEST("rows with minimum values are read back unchanged") {
  CheckRoundTrip(fixture, LeastBatches());
}

BULK_TEST("rows with maximum values are read back unchanged") {
  CheckRoundTrip(fixture, GreatestBatches());
}

BULK_TEST("a user without a password hash is read back without a password hash") {
  std::vector<RowBatch> batches = SampleBatches(1);
  std::get<std::vector<UserRow>>(batches[0])[0].password_hash.reset();
  CheckRoundTrip(fixture, batches);
}

BULK_TEST("a service adds the first password hash of an imported user") {
  std::vector<UserRow> users = RowsOf<UserRow>(SampleBatches(1));
  users[0].password_hash.reset();
  InsertAll(*fixture.Target(), {users});
  fixture.Serve([&](Store& store) {
    Must(store.Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
      const UserId id = users[0].fields.id;
      CHECK(!Must(tx.users().FindPasswordHash(id)));
      Must(tx.users().SetPasswordHash(id, "$first"));
      CHECK(Must(tx.users().FindPasswordHash(id)) == "$first");
      return absl::OkStatus();
    }));
  });
}

BULK_TEST("an empty store has no rows") {
  const std::unique_ptr<StoreExporter> reader = fixture.Reader();
  for (const RowKind kind : kAllRowKinds) {
    CHECK(Must(reader->Count(kind)) == 0);
    const RowBatch rows = ReadAll(*reader, kind);
    CHECK(KindOf(rows) == kind);
    CHECK(CountOf(rows) == 0);
  }
}

BULK_TEST("Read returns the rows after the given key, in key order, up to the limit") {
  const std::vector<RowBatch> batches = SampleBatches(5);
  InsertAll(*fixture.Target(), batches);
  const std::unique_ptr<StoreExporter> reader = fixture.Reader();
  for (const RowBatch& batch : batches) {
    std::visit(
        [&](const auto& rows) {
          using Rows = std::decay_t<decltype(rows)>;
          std::string after;
          for (const int begin : {0, 2, 4}) {
            const Rows page = std::get<Rows>(Must(reader->Read(KindOf(batch), after, 2)));
            CHECK(Same(page, Rows(rows.begin() + begin, rows.begin() + std::min(begin + 2, 5))));
            after = KeyOf(page.back());
          }
          CHECK(CountOf(Must(reader->Read(KindOf(batch), after, 2))) == 0);
        },
        batch);
  }
}

BULK_TEST("an export orders refunds by order id before refund id") {
  std::vector<RowBatch> batches = SampleBatches(2);
  auto& refunds = std::get<std::vector<RefundFields>>(batches[static_cast<std::size_t>(RowKind::kRefunds)]);
  // The second refund of the first order has the greatest id.
  refunds.insert(refunds.begin() + 1, RefundFields(refunds[0]));
  refunds[1].id = RefundId(NextSampleUuid());
  CheckRoundTrip(fixture, batches);
  const auto second = Must(fixture.Reader()->Read(RowKind::kRefunds, KeyOf(refunds[0]), 1));
  CHECK(std::get<std::vector<RefundFields>>(second)[0].id == refunds[1].id);
}

BULK_TEST("an export orders settings by the bytes of their names") {
  const std::vector<Setting> settings = {{"B", "1"}, {"a", "2"}, {"a b", "3"}, {"\xc3\xa4", "4"}};
  Must(fixture.Target()->Insert(settings, "checkpoint"));
  const RowBatch rows = ReadAll(*fixture.Reader(), RowKind::kSettings);
  CHECK(std::get<std::vector<Setting>>(rows) == settings);
}

BULK_TEST("an export contains the rows that a service wrote") {
  const User user = SampleUser("ada@example.com");
  fixture.Serve([&](Store& store) {
    Must(store.Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
      absl::Status status = tx.users().Insert(user, "$argon2id$hash");
      if (status.ok()) status = tx.settings().FindOrInsert("page_token_key", "k").status();
      return status;
    }));
  });
  const std::unique_ptr<StoreExporter> reader = fixture.Reader();
  const std::vector<UserRow> users = {{user.fields(), "$argon2id$hash"}};
  CHECK(Same(ReadAll(*reader, RowKind::kUsers), RowBatch(users)));
  const std::vector<Setting> settings = {{"page_token_key", "k"}};
  CHECK(Same(ReadAll(*reader, RowKind::kSettings), RowBatch(settings)));
}

BULK_TEST("a service reads the imported rows") {
  const std::vector<RowBatch> batches = SampleBatches(1);
  InsertAll(*fixture.Target(), batches);
  fixture.Serve([&](Store& store) {
    const OrderFields& order = RowsOf<OrderFields>(batches)[0];
    const SessionFields& session = RowsOf<SessionFields>(batches)[0];
    Must(store.Read(Deadline::Never(), [&](ReadTransaction& tx) -> absl::Status {
      const Found<Order> found = tx.orders().FindByReference(order.reference);
      CHECK(Same(Must(found).value().fields(), order));
      return absl::OkStatus();
    }));
    Must(store.Read(Deadline::Never(), [&](ReadTransaction& tx) -> absl::Status {
      const auto found = Must(tx.sessions().FindByAccessDigest(session.access_digest)).value();
      CHECK(Same(found.session.fields(), session));
      return absl::OkStatus();
    }));
  });
}

BULK_TEST("the service continues the sequence numbers and the hash chain of imported events") {
  Event event = SampleEvent("a");
  event.sequence = 1;
  event.hash = ChainedHash({}, event);
  {
    const std::unique_ptr<StoreImporter> target = fixture.Target();
    Must(target->Insert(std::vector<Event>{event}, "checkpoint"));
    Must(target->Finish());
  }
  fixture.Serve([&](Store& store) {
    Must(store.Write(Deadline::Never(),
                     [&](WriteTransaction& tx) { return tx.events().Append(SampleEvent("b")); }));
  });
  const auto events = std::get<std::vector<Event>>(ReadAll(*fixture.Reader(), RowKind::kEvents));
  REQUIRE(events.size() == 2);
  CHECK(IsWholeChain(events));
}

BULK_TEST("a checkpoint is stored with the rows, is not exported, and is deleted by Finish") {
  {
    const std::unique_ptr<StoreImporter> target = fixture.Target();
    CHECK(Must(target->FindCheckpoint()).empty());
    Must(target->Insert(RowBatch(), "first"));
    Must(target->Insert(SampleBatches(1)[0], std::string("second\0\xff", 8)));
  }
  CHECK(CountOf(ReadAll(*fixture.Reader(), RowKind::kSettings)) == 0);
  CHECK(Must(fixture.Reader()->Count(RowKind::kSettings)) == 0);
  fixture.Serve([](Store& store) {
    Must(store.Write(Deadline::Never(), [](WriteTransaction& tx) -> absl::Status {
      CHECK(Must(tx.settings().Find(kTransferCheckpoint)).has_value());
      return absl::OkStatus();
    }));
  });
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  CHECK(Must(target->FindCheckpoint()) == std::string("second\0\xff", 8));
  CHECK(Must(target->Count(RowKind::kUsers)) == 1);
  Must(target->Finish());
  CHECK(Must(target->FindCheckpoint()).empty());
  CHECK(Must(target->Count(RowKind::kUsers)) == 1);
}

void CheckRefused(const absl::Status& status, std::string_view table, const std::string& name) {
  CHECK(absl::IsInternal(status));
  CHECK_THAT(std::string(status.message()), Contains(std::string(table)) && Contains(name));
}

BULK_TEST("a batch with a duplicate key is rolled back, and the error names the row") {
  const std::vector<RowBatch> batches = SampleBatches(2);
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  for (const RowBatch& batch : batches) {
    std::visit(
        [&](const auto& rows) {
          using Rows = std::decay_t<decltype(rows)>;
          Must(target->Insert(Rows{rows[0]}, "before"));
          Must(target->Insert(Rows{rows[1]}, "before"));
          const absl::Status status = target->Insert(Rows{rows[0]}, "after");
          CheckRefused(status, TableName(KindOf(batch)), NameOf(rows[0]));
          CHECK(Must(target->FindCheckpoint()) == "before");
        },
        batch);
  }
  CHECK(Same(ReadEverything(*target), batches));
}

BULK_TEST("a batch with a row that violates an invariant is rolled back, and the error names the row") {
  const std::vector<RowBatch> batches = SampleBatches(2);
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  InsertAll(*target, {batches.begin(), batches.begin() + static_cast<int>(RowKind::kOrders)});
  auto orders = RowsOf<OrderFields>(batches);
  orders[1].refunded = orders[1].paid + 1;
  CheckRefused(target->Insert(orders, "after"), "orders", NameOf(orders[1]));
  CHECK(Must(target->Count(RowKind::kOrders)) == 0);
  CHECK(Must(target->FindCheckpoint()) == "checkpoint");
}

BULK_TEST("a batch with a reference to a missing row is rolled back, and the error names the referring row") {
  if (!fixture.checks_references()) return;
  const std::vector<RowBatch> batches = SampleBatches(2);
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  Must(target->Insert(batches[0], "before"));
  auto sessions = RowsOf<SessionFields>(batches);
  sessions[1].user_id = UserId();
  CheckRefused(target->Insert(sessions, "after"), "sessions", NameOf(sessions[1]));
  auto tokens = RowsOf<EmailToken>(batches);
  tokens[1].user_id = UserId();
  CheckRefused(target->Insert(tokens, "after"), "email_tokens", NameOf(tokens[1]));
  auto orders = RowsOf<OrderFields>(batches);
  orders[1].user_id = UserId();
  CheckRefused(target->Insert(orders, "after"), "orders", NameOf(orders[1]));
  const auto& refunds = RowsOf<RefundFields>(batches);
  CheckRefused(target->Insert(refunds, "after"), "refunds", NameOf(refunds[0]));
  CHECK(RowCounts::Of(*target)->Sum() == 2);
  CHECK(Must(target->FindCheckpoint()) == "before");
}

BULK_TEST("the error for a second account with the same e-mail address names the row") {
  std::vector<UserRow> users = RowsOf<UserRow>(SampleBatches(2));
  users[1].fields.email_key = users[0].fields.email_key;
  CheckRefused(fixture.Target()->Insert(users, "checkpoint"), "users", NameOf(users[1]));
}

BULK_TEST("an export contains no rows that were inserted after the export was opened") {
  const std::vector<RowBatch> batches = SampleBatches(2);
  const std::unique_ptr<StoreImporter> target = fixture.Target();
  Must(target->Insert(batches[0], "checkpoint"));
  const std::unique_ptr<StoreExporter> reader = fixture.Reader();
  InsertAll(*target, {batches.begin() + 1, batches.end()});
  CHECK(Must(reader->Count(RowKind::kUsers)) == 2);
  for (const RowKind kind : kAllRowKinds) {
    if (kind != RowKind::kUsers) CHECK(CountOf(ReadAll(*reader, kind)) == 0);
  }
  CHECK(Same(ReadEverything(*fixture.Reader()), batches));
}

BULK_TEST("an import accepts a batch of thousands of rows") {
  CheckRoundTrip(fixture, SampleBatches(3000));
}

TEST_CASE("keys of events sort in the order of their sequence numbers") {
  Event event;
  std::string before;
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t sequence : std::vector<std::int64_t>{kLeast, -1, 0, 1, 256, kMost}) {
    event.sequence = sequence;
    CHECK(before < KeyOf(event));
    CHECK(NumberInKey(KeyOf(event)) == sequence);
    before = KeyOf(event);
  }
  CHECK(NumberInKey("") == kLeast);
  CHECK(UuidInKey("") == Uuid{});
}

}  // namespace
}  // namespace keelson
