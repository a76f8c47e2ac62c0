#include "adapters/postgres/read_pipeline.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "tests/support/postgres/postgres_database.h"

namespace keelson {
namespace {

constexpr char kEcho[] = "SELECT $1::bigint";
// Fails where it divides by zero.
constexpr char kInverse[] = "SELECT 100 / $1::bigint";
constexpr char kSlowly[] = "SELECT $1::bigint FROM pg_sleep(0.3)";

absl::Time Soon(absl::Duration duration = absl::Seconds(10)) {
  return absl::Now() + duration;
}

struct Pipeline {
  explicit Pipeline(const servers::PostgresDatabase& database)
      : pool({.connection = {.url = database.url()}, .size = 4}), reads(pool) {}

  // What the statement gives for the value; throws PgError.
  std::int64_t Ask(const char* sql, std::int64_t value, absl::Time deadline = Soon()) {
    const PgResult result = reads.Ask(sql, PgParameters(value).view(), deadline);
    std::int64_t answer = 0;
    result.Read(0, answer);
    return answer;
  }

  PgPool pool;
  PgReadPipeline reads;
};

void InParallel(int threads, const std::function<void(int)>& work) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : running) thread.join();
}

// A round trip is one. Sessions report theirs when they end.
std::int64_t TransactionsOnceClosed(const servers::PostgresDatabase& database) {
  const servers::PostgresSession session = database.Connect();
  while (session.Value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") != "1") {
    absl::SleepFor(absl::Milliseconds(10));
  }
  return std::stoll(
      session.Value("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"));
}

}  // namespace

TEST_CASE("each of many concurrent reads gets its own answer, and they share round trips") {
  const servers::PostgresDatabase database;
  constexpr int kThreads = 32;
  constexpr int kReads = 200;
  std::atomic<int> wrong = 0;
  {
    Pipeline pipeline(database);
    InParallel(kThreads, [&](int thread) {
      for (int i = 0; i < kReads; ++i) {
        const std::int64_t value = thread * kReads + i;
        if (pipeline.Ask(kEcho, value) != value) ++wrong;
      }
    });
  }
  CHECK(wrong == 0);
  const std::int64_t transactions = TransactionsOnceClosed(database);
  CHECK(transactions > 0);
  CHECK(transactions < kThreads * kReads / 2);
}

TEST_CASE("a read that fails takes its own error and spoils none that travels with it") {
  const servers::PostgresDatabase database;
  Pipeline pipeline(database);
  std::atomic<int> wrong = 0;
  InParallel(16, [&](int thread) {
    for (int i = 0; i < 50; ++i) {
      const std::int64_t divisor = (thread + i) % 4;
      try {
        if (pipeline.Ask(kInverse, divisor) != 100 / std::max<std::int64_t>(divisor, 1)) ++wrong;
      } catch (const PgError& error) {
        if (divisor != 0 || error.failure() != PgFailure::kInternal) ++wrong;
      }
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("a read whose deadline passes ends then, and those that travel with it are answered") {
  const servers::PostgresDatabase database;
  Pipeline pipeline(database);
  std::atomic<int> wrong = 0;
  InParallel(16, [&](int thread) {
    const bool hurried = thread % 2 == 0;
    const absl::Time begin = absl::Now();
    try {
      const std::int64_t answer =
          pipeline.Ask(kSlowly, thread, hurried ? begin + absl::Milliseconds(20) : Soon(absl::Seconds(30)));
      if (hurried || answer != thread) ++wrong;
    } catch (const PgError& error) {
      if (!hurried || error.failure() != PgFailure::kTimedOut) ++wrong;
      if (absl::Now() - begin > absl::Seconds(1)) ++wrong;
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("reads outlive the end of their sessions") {
  const servers::PostgresDatabase database;
  Pipeline pipeline(database);
  std::atomic<bool> over = false;
  std::thread ending([&] {
    while (!over) {
      database.server().EndSessions(database.name());
      absl::SleepFor(absl::Milliseconds(100));
    }
  });
  std::atomic<int> wrong = 0;
  std::atomic<int> refused = 0;
  InParallel(8, [&](int thread) {
    for (int i = 0; i < 200; ++i) {
      try {
        if (pipeline.Ask(kEcho, thread) != thread) ++wrong;
      } catch (const PgError& error) {
        // Two sessions in a row may end under the same read.
        absl::IsUnavailable(error.status()) ? ++refused : ++wrong;
      }
    }
  });
  over = true;
  ending.join();
  CHECK(wrong == 0);
  CHECK(refused < 80);
}

TEST_CASE("all reads fail at once where no server can be had, and none waits for the others") {
  std::optional<servers::PostgresDatabase> database(std::in_place);
  Pipeline pipeline(*database);
  database.reset();
  std::atomic<int> wrong = 0;
  const absl::Time begin = absl::Now();
  InParallel(64, [&](int) {
    try {
      pipeline.Ask(kEcho, 1);
      ++wrong;
    } catch (const PgError& error) {
      if (!absl::IsUnavailable(error.status())) ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(absl::Now() - begin < absl::Seconds(5));
}

}  // namespace keelson
