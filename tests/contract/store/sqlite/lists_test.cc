// Checks the query plans of the List queries, and counts the virtual machine steps that SQLite executes.
#include <sqlite3.h>

#include <set>

#include "adapters/store/sqlite/sqlite_migrator.h"
#include "adapters/store/sqlite/transactions.h"
#include "core/notifications/message_repository.h"
#include "core/sessions/session_repository.h"
#include "core/store/expiry_repository.h"
#include "tests/contract/store/shop.h"
#include "tests/contract/store/sqlite/fixture.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

// One executed statement with its counters.
struct Run {
  std::string sql;
  int steps = 0;
  int sorts = 0;
  int full_scan_steps = 0;
};

// A new database with a connection that records the executed statements.
class TracedDatabase {
 public:
  TracedDatabase() {
    REQUIRE_OK(SqliteMigrator(path_, clock_).Up().status());
    auto opened = Connection::Open({path_, Connection::Access::kReadWrite});
    REQUIRE_OK(opened.status());
    connection_ = *std::move(opened);
    transaction_.emplace(*connection_);
    REQUIRE_OK(connection_->Execute("BEGIN"));
    sqlite3_trace_v2(connection_->database().getHandle(), SQLITE_TRACE_PROFILE, &TracedDatabase::Profile,
                     this);
  }

  SqliteWriteTransaction& tx() { return *transaction_; }
  Connection& connection() { return *connection_; }

  // Returns the statements that `work` executes.
  template <typename Work>
  std::vector<Run> RunsOf(Work work) {
    runs_.clear();
    work();
    REQUIRE_OK(connection_->failure());
    return std::move(runs_);
  }

  // Appends the number of virtual machine steps of each statement that `work` executes. No statement may scan
  // a table or sort.
  template <typename Work>
  void CountSteps(std::vector<int>& steps, Work work) {
    for (const Run& run : RunsOf(work)) {
      CAPTURE(run.sql);
      CHECK(run.full_scan_steps == 0);
      CHECK(run.sorts == 0);
      steps.push_back(run.steps);
    }
  }

  std::vector<std::string> PlanOf(const std::string& sql) {
    std::vector<std::string> plan;
    SQLite::Statement explain(connection_->database(), "EXPLAIN QUERY PLAN " + sql);
    while (explain.executeStep()) plan.push_back(explain.getColumn(3).getString());
    return plan;
  }

 private:
  static int Profile(unsigned, void* self, void* statement, void*) {
    auto* run = static_cast<sqlite3_stmt*>(statement);
    const auto status = [&](int counter) { return sqlite3_stmt_status(run, counter, 1); };
    static_cast<TracedDatabase*>(self)->runs_.push_back({sqlite3_sql(run), status(SQLITE_STMTSTATUS_VM_STEP),
                                                         status(SQLITE_STMTSTATUS_SORT),
                                                         status(SQLITE_STMTSTATUS_FULLSCAN_STEP)});
    return 0;
  }

  TemporaryFolder folder_;
  RealClock clock_;
  const std::string path_ = folder_.File("keelson.db");
  std::unique_ptr<Connection> connection_;
  std::optional<SqliteWriteTransaction> transaction_;
  std::vector<Run> runs_;
};

TEST_CASE("list queries never scan a table, and sort only for a rare e-mail prefix", "[sqlite]") {
  // More users than kRare in sqlite/users.cc, so that both queries for a prefix are used.
  TracedDatabase database;
  const Shop shop(database.tx(), 5000);
  std::set<std::string> statements;
  const auto note = [&](auto before, auto list) {
    for (const Run& run : database.RunsOf([&] { list(before); })) statements.insert(run.sql);
  };
  ForEachList(shop, database.tx(), note);
  ForEachPrefixList(shop, database.tx(), note);
  CHECK(statements.size() == 25);
  for (const std::string& sql : statements) {
    CAPTURE(sql);
    for (const std::string& step : database.PlanOf(sql)) {
      CHECK_THAT(step, StartsWith("SEARCH ") || StartsWith("MERGE (UNION ALL)") || StartsWith("LEFT") ||
                           StartsWith("RIGHT") || StartsWith("CO-ROUTINE") || StartsWith("SCAN (subquery") ||
                           StartsWith("CORRELATED SCALAR SUBQUERY") ||
                           StartsWith("USE TEMP B-TREE FOR ORDER BY"));
      if (step.starts_with("USE TEMP B-TREE")) CHECK_THAT(sql, Contains("INDEXED BY users_by_email_key"));
    }
  }
}

TEST_CASE("the cost of a page does not depend on its position or the size of the table", "[sqlite]") {
  TracedDatabase database;
  const Shop shop(database.tx(), 5000);
  ForEachList(shop, database.tx(), [&](auto deep, auto list) {
    for (const std::optional<ListPosition> before : {std::optional<ListPosition>(), deep}) {
      int steps = 0;
      for (const Run& run : database.RunsOf([&] { list(before); })) {
        CAPTURE(run.sql);
        CHECK(run.full_scan_steps == 0);
        CHECK(run.sorts == 0);
        steps += run.steps;
      }
      CHECK(steps < 170 * kLimit);
    }
  });
}

TEST_CASE("a list by e-mail prefix never scans a table, and sorts at most once", "[sqlite]") {
  TracedDatabase database;
  const Shop shop(database.tx(), 5000);
  ForEachPrefixList(shop, database.tx(), [&](auto deep, auto list) {
    for (const std::optional<ListPosition> before : {std::optional<ListPosition>(), deep}) {
      for (const Run& run : database.RunsOf([&] { list(before); })) {
        CAPTURE(run.sql);
        CHECK(run.full_scan_steps == 0);
        const bool looks_up = run.sql.find("users_by_email_key") != std::string::npos;
        CHECK(run.sorts <= (looks_up ? 1 : 0));
        if (!looks_up) CHECK(run.steps < 150 * kLimit);
      }
    }
  });
}

// Returns the number of virtual machine steps of each statement, with `waiting` messages in the table.
std::vector<int> StepsOfSending(int waiting) {
  TracedDatabase database;
  SqliteWriteTransaction& tx = database.tx();
  const UserId user(NextSampleUuid());
  for (int i = 0; i < waiting; ++i) {
    // Every tenth message is DEAD.
    Message message = SampleMessage(i < 40 ? user : UserId(NextSampleUuid()));
    message.due_time = kT0 + absl::Seconds(i);
    if (i % 10 == 9) EndMessage(message, MessageState::kDead, message.due_time);
    REQUIRE_OK(tx.messages().Insert(message));
  }
  const absl::Time later = kT0 + absl::Hours(24);
  std::vector<int> steps;
  const auto count = [&](auto work) { database.CountSteps(steps, work); };
  count([&] { CHECK(*tx.messages().AnyDue(later)); });
  count([&] { CHECK(tx.messages().Claim(later, later + absl::Minutes(2), 20)->size() == 20); });
  count([&] { CHECK(tx.messages().Supersede(user, "verify_email", later).ok()); });
  count([&] { CHECK(*tx.expiry().DeleteExpired({kT0, kT0, later}, 5)); });
  return steps;
}

TEST_CASE("the cost to claim, supersede and delete messages does not depend on the queue length",
          "[sqlite]") {
  CHECK(StepsOfSending(100) == StepsOfSending(5000));
}

// Like StepsOfSending, for the statements of sessions.
std::vector<int> StepsOfSessions(int stored) {
  TracedDatabase database;
  SqliteWriteTransaction& tx = database.tx();
  const User user = SampleUser("owner@example.com");
  REQUIRE_OK(tx.users().Insert(user, "$hash"));
  std::vector<Session> sessions;
  for (int i = 0; i < stored; ++i) {
    sessions.push_back(
        With(SampleSession(user->id), [&](SessionFields& f) { f.create_time += absl::Seconds(i); }));
    REQUIRE_OK(tx.sessions().Insert(sessions.back()));
  }
  const Session& middle = sessions[sessions.size() / 2];
  const Session rotated = With(middle, [](SessionFields& f) { f.access_digest = NextSampleDigest(); });
  const absl::Time used = middle->last_use_time + absl::Minutes(1);
  std::vector<int> steps;
  const auto count = [&](auto work) { database.CountSteps(steps, work); };
  count([&] { CHECK(tx.sessions().FindByAccessDigest(middle->access_digest)->has_value()); });
  count([&] { CHECK(tx.sessions().FindByRefreshKeyForUpdate(middle->refresh_key)->has_value()); });
  count([&] { CHECK(tx.sessions().List(user->id, PositionOf(middle), kLimit)->size() == kLimit); });
  count([&] { CHECK(tx.sessions().RecordUses({{middle->id, used}}, absl::Minutes(1)).ok()); });
  count([&] { CHECK(tx.sessions().Update(rotated).ok()); });
  count([&] { CHECK(*tx.expiry().DeleteExpired({middle->expire_time, kT0, kT0}, 5)); });
  return steps;
}

TEST_CASE("the cost to introspect, refresh, list and delete sessions does not depend on their number",
          "[sqlite]") {
  CHECK(StepsOfSessions(100) == StepsOfSessions(5000));
}

// Like StepsOfSending, for pages of the ledger of `orders` paid orders.
std::vector<int> StepsOfLedger(int orders) {
  TracedDatabase database;
  const User user = SampleUser("owner@example.com");
  REQUIRE_OK(database.tx().users().Insert(user, "$hash"));
  std::vector<LedgerEntry> entries;
  for (int i = 0; i < orders; ++i) {
    Order order = SamplePendingOrder(user->id);
    REQUIRE_OK(order.Pay(i % 2 == 0 ? "recorded" : "stripe", "", order->total, kT0 + absl::Seconds(i)));
    REQUIRE_OK(database.tx().orders().Insert(order));
    entries.push_back(order.entries()[0]);
  }
  SqliteLedger ledger(database.connection());
  LedgerFilter of_provider;
  of_provider.payment_provider = "stripe";
  LedgerFilter of_account;
  of_account.types = TypesOfAccount(LedgerAccount::kCustomers);
  std::vector<int> steps;
  for (const LedgerFilter& filter : {LedgerFilter(), of_provider, of_account}) {
    for (const std::optional<ListPosition> before :
         {std::optional<ListPosition>(), std::optional(PositionOf(entries[entries.size() / 2]))}) {
      database.CountSteps(steps, [&] { CHECK(ledger.List(filter, before, kLimit)->size() == kLimit); });
    }
  }
  return steps;
}

TEST_CASE("the cost of a page of the ledger does not depend on its position or the number of entries",
          "[sqlite]") {
  CHECK(StepsOfLedger(100) == StepsOfLedger(3000));
}

}  // namespace
}  // namespace keelson
