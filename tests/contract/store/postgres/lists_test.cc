// How PostgreSQL reads lists and its queue: how many rows it looks at.
#include "adapters/store/postgres/postgres_migrator.h"
#include "adapters/store/postgres/transactions.h"
#include "core/notifications/message_repository.h"
#include "core/store/expiry_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/postgres/fixture.h"
#include "tests/contract/store/shop.h"

namespace keelson {
namespace {

struct Rows {
  // By going through a whole table.
  std::int64_t scanned = 0;
  // By an index.
  std::int64_t fetched = 0;
};

// A database of its own, with a connection of the adapter's.
class Database {
 public:
  Database() {
    REQUIRE_OK(PostgresMigrator(options_, clock_).Up().status());
    auto opened = PgConnection::Open(options_);
    REQUIRE_OK(opened.status());
    connection_ = *std::move(opened);
  }

  // Calls `work` with a transaction and a function that tells how many rows were read in it so far; commits.
  template <typename Work>
  void Do(Work work) {
    NewRequestIds new_request_ids;
    PgWriteSession session(*connection_, Deadline::Never(), new_request_ids);
    PgWriteTransaction tx(session);
    work(tx, [&] { return RowsRead(session); });
    REQUIRE(!session.failure());
    session.Commit();
  }

  // So that the server plans by what the tables hold.
  void Analyze() { database_.Connect().Execute("ANALYZE"); }

 private:
  static Rows RowsRead(PgSession& session) {
    Rows rows;
    session
        .Select(
            "SELECT coalesce(sum(seq_tup_read), 0)::bigint, coalesce(sum(idx_tup_fetch), 0)::bigint FROM "
            "pg_stat_xact_user_tables")
        .Read(0, rows.scanned, rows.fetched);
    return rows;
  }

  servers::PostgresDatabase database_;
  const PgConnection::Options options_{.url = database_.url()};
  RealClock clock_;
  std::unique_ptr<PgConnection> connection_;
};

// Enough of them that the server settles on a plan for whatever parameters (its manual, PREPARE).
constexpr int kCalls = 7;

TEST_CASE("a page reads few rows however far in, and whatever else the table holds", "[postgres]") {
  Database database;
  std::optional<Shop> shop;
  database.Do([&](WriteTransaction& tx, auto) { shop.emplace(tx, 5000); });
  database.Analyze();
  database.Do([&](WriteTransaction& tx, auto rows_read) {
    int number = 0;
    ForEachList(*shop, tx, [&](auto deep, auto list) {
      CAPTURE(number++);
      for (const std::optional<ListPosition> before : {std::optional<ListPosition>(), deep}) {
        for (int call = 0; call < kCalls; ++call) {
          const Rows earlier = rows_read();
          list(before);
          const Rows later = rows_read();
          CHECK(later.scanned == earlier.scanned);
          CHECK(later.fetched - earlier.fetched <= 7 * kLimit);
        }
      }
    });
  });
}

// How many rows are read to send and to delete with so many messages waiting.
std::vector<std::int64_t> RowsOfSending(int waiting) {
  Database database;
  const UserId user(NextSampleUuid());
  database.Do([&](WriteTransaction& tx, auto) {
    for (int i = 0; i < waiting; ++i) {
      // Every tenth has ended.
      Message message = SampleMessage(i < 40 ? user : UserId(NextSampleUuid()));
      message.due_time = kT0 + absl::Seconds(i);
      if (i % 10 == 9) EndMessage(message, MessageState::kDead, message.due_time);
      REQUIRE_OK(tx.messages().Insert(message));
    }
  });
  database.Analyze();
  const absl::Time later = kT0 + absl::Hours(24);
  std::vector<std::int64_t> fetched;
  for (int call = 0; call < kCalls; ++call) {
    database.Do([&](WriteTransaction& tx, auto rows_read) {
      const auto count = [&](auto work) {
        const Rows before = rows_read();
        work();
        const Rows after = rows_read();
        CHECK(after.scanned == before.scanned);
        fetched.push_back(after.fetched - before.fetched);
      };
      count([&] { CHECK(*tx.messages().AnyDue(later)); });
      count([&] { CHECK(tx.messages().Claim(later, later + absl::Minutes(2), 5)->size() == 5); });
      count([&] { CHECK(tx.messages().Supersede(user, "verify_email", later).ok()); });
      count([&] { CHECK(tx.expiry().DeleteExpired({kT0, kT0, later}, 1).ok()); });
    });
  }
  return fetched;
}

TEST_CASE("to claim messages, to supersede and to delete them reads as many rows however many there are",
          "[postgres]") {
  CHECK(RowsOfSending(2000) == RowsOfSending(10'000));
}

}  // namespace
}  // namespace keelson
