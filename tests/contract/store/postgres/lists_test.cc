// Counts the rows that PostgreSQL reads for pages of List queries and for the message queue.
#include "adapters/store/postgres/postgres_migrator.h"
#include "adapters/store/postgres/transactions.h"
#include "core/common/strings.h"
#include "core/notifications/message_repository.h"
#include "core/sessions/session_repository.h"
#include "core/store/expiry_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/postgres/fixture.h"
#include "tests/contract/store/shop.h"

namespace keelson {
namespace {

struct Rows {
  // Rows read by sequential scans.
  std::int64_t scanned = 0;
  // Rows read by index scans.
  std::int64_t fetched = 0;
};

// A new, migrated database, and the connection that runs the transactions.
class Database {
 public:
  Database() {
    REQUIRE_OK(PostgresMigrator(options_, clock_).Up().status());
    auto opened = PgConnection::Open(options_);
    REQUIRE_OK(opened.status());
    connection_ = *std::move(opened);
  }

  // Calls `work` with a transaction and a function that returns the number of rows read in the transaction so
  // far. Commits.
  template <typename Work>
  void Do(Work work) {
    NewRequestIds new_request_ids;
    PgWriteSession session(*connection_, Deadline::Never(), new_request_ids);
    PgWriteTransaction tx(session);
    work(tx, [&] { return RowsRead(session); });
    REQUIRE(!session.failure());
    session.Commit();
  }

  // Updates the planner's statistics.
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

// PostgreSQL may switch to a generic plan after five executions of a prepared statement (manual, PREPARE).
constexpr int kCalls = 7;

TEST_CASE("the number of rows read for a page does not depend on its position or the size of the table",
          "[postgres]") {
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

// Returns the number of rows that `work` reads by index scans. `work` must not scan a table.
template <typename RowsRead, typename Work>
std::int64_t RowsFetched(const RowsRead& rows_read, const Work& work) {
  const Rows before = rows_read();
  work();
  const Rows after = rows_read();
  CHECK(after.scanned == before.scanned);
  return after.fetched - before.fetched;
}

// Returns the number of rows that each statement reads to send and delete messages, with `waiting` messages
// in the table.
std::vector<std::int64_t> RowsOfSending(int waiting) {
  Database database;
  const UserId user(NextSampleUuid());
  database.Do([&](WriteTransaction& tx, auto) {
    for (int i = 0; i < waiting; ++i) {
      // Every tenth message is DEAD.
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
      const auto count = [&](auto work) { fetched.push_back(RowsFetched(rows_read, work)); };
      count([&] { CHECK(*tx.messages().AnyDue(later)); });
      count([&] { CHECK(tx.messages().Claim(later, later + absl::Minutes(2), 5)->size() == 5); });
      count([&] { CHECK(tx.messages().Supersede(user, "verify_email", later).ok()); });
      count([&] { CHECK(tx.expiry().DeleteExpired({kT0, kT0, later}, 1).ok()); });
    });
  }
  return fetched;
}

TEST_CASE(
    "the number of rows read to claim, supersede and delete messages does not depend on the queue length",
    "[postgres]") {
  CHECK(RowsOfSending(2000) == RowsOfSending(10'000));
}

TEST_CASE("an introspection reads two rows, a page of sessions its own rows, and a purge the expired rows",
          "[postgres]") {
  Database database;
  const User user = SampleUser("owner@example.com");
  std::vector<Session> sessions;
  database.Do([&](WriteTransaction& tx, auto) {
    REQUIRE_OK(tx.users().Insert(user, "$hash"));
    // Enough users that the planner prefers the index.
    for (int i = 0; i < 1000; ++i) {
      REQUIRE_OK(tx.users().Insert(SampleUser(StrCat(i, "@example.com")), "$hash"));
    }
    for (int i = 0; i < 5000; ++i) {
      sessions.push_back(With(SampleSession(user->id), [&](SessionFields& f) {
        f.create_time += absl::Seconds(i);
        f.expire_time += absl::Seconds(i);
      }));
      REQUIRE_OK(tx.sessions().Insert(sessions.back()));
    }
  });
  database.Analyze();
  const Session& middle = sessions[sessions.size() / 2];
  database.Do([&](PgWriteTransaction& tx, auto rows_read) {
    for (int call = 0; call < kCalls; ++call) {
      const auto fetched = [&](auto work) { return RowsFetched(rows_read, work); };
      CHECK(fetched([&] { REQUIRE_OK(tx.sessions().FindByAccessDigest(middle->access_digest).status()); }) ==
            2);
      CHECK(fetched([&] {
              REQUIRE(tx.sessions().List(user->id, PositionOf(middle), kLimit)->size() == kLimit);
            }) == kLimit);
    }
    const absl::Time now = sessions[2]->expire_time;
    CHECK(RowsFetched(rows_read, [&] {
            REQUIRE_OK(tx.expiry().DeleteExpired({now, kT0, kT0}, 100).status());
          }) <= 3 * 3);
  });
}

}  // namespace
}  // namespace keelson
