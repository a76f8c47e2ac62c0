#include "adapters/store/postgres/read_batch.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "adapters/store/postgres/read_session.h"
#include "tests/support/postgres/postgres_database.h"

namespace keelson {
namespace {

constexpr char kEcho[] = "SELECT $1::bigint";
// A query that fails for 0 with a division by zero.
constexpr char kInverse[] = "SELECT 100 / $1::bigint";
// A query that takes 20 ms: longer than the deadline in one test, and shorter than PgReadBatch::kMinTimeout.
constexpr char kBriefly[] = "SELECT $1::bigint FROM pg_sleep(0.02)";
constexpr char kCancelled[] =
    "SELECT $1::bigint FROM pg_cancel_backend(pg_backend_pid()) AS sent, pg_sleep(5 * sent::int)";
constexpr char kSlowly[] = "SELECT $1::bigint FROM pg_sleep(0.3)";

Deadline Soon(absl::Duration duration = absl::Seconds(10)) {
  return Deadline::After(duration);
}

// One read of a batch: its statement, its result, and the number of runs.
struct BatchedRead {
  const char* sql;
  std::int64_t value;
  Deadline deadline = Soon();
  std::int64_t result = -1;
  absl::Status status = {};
  int runs = 0;
};

class Reads {
 public:
  explicit Reads(const servers::PostgresDatabase& database)
      : pool_({.connection = {.url = database.url()}, .size = 4}) {}

  void Query(std::vector<BatchedRead>& batch) {
    std::vector<ReadCall> calls;
    for (BatchedRead& read : batch) {
      calls.push_back({read.deadline, [&] { Run(read); }});
    }
    PgReadBatch(pool_, calls).Run();
  }

 private:
  void Run(BatchedRead& read) {
    ++read.runs;
    PgBatchedReadSession session(*PgReadBatch::Running(pool_));
    read.status = session.CatchErrors([&] {
      session.SelectOne(read.sql, read.value).Read(0, read.result);
      return absl::OkStatus();
    });
  }

  PgPool pool_;
};

std::vector<BatchedRead> Echoes(int count) {
  std::vector<BatchedRead> batch;
  for (int i = 0; i < count; ++i) batch.push_back({kEcho, i});
  return batch;
}

void InParallel(int threads, const std::function<void(int)>& work) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : running) thread.join();
}

}  // namespace

TEST_CASE("each read of a batch receives its own row, also with concurrent batches") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::atomic<int> wrong = 0;
  InParallel(6, [&](int) {
    for (int i = 0; i < 50; ++i) {
      std::vector<BatchedRead> batch = Echoes(64);
      reads.Query(batch);
      for (const BatchedRead& read : batch) {
        if (!read.status.ok() || read.result != read.value || read.runs != 2) ++wrong;
      }
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("a failing read gets its own error and does not affect the other reads of the batch") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::vector<BatchedRead> batch;
  for (int i = 0; i < 16; ++i) batch.push_back({kInverse, i % 4});
  reads.Query(batch);
  for (const BatchedRead& read : batch) {
    if (read.value == 0) {
      CHECK(absl::IsInternal(read.status));
    } else {
      CHECK(read.status.ok());
      CHECK(read.result == 100 / read.value);
    }
  }
}

TEST_CASE("a statement that the server cancels fails only its own read") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::vector<BatchedRead> batch = Echoes(4);
  batch[1].sql = kCancelled;
  reads.Query(batch);
  CHECK(absl::IsDeadlineExceeded(batch[1].status));
  for (const int other : {0, 2, 3}) CHECK(batch[static_cast<std::size_t>(other)].result == other);
}

TEST_CASE("a read ends at its deadline, and the other reads of the batch succeed") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::vector<BatchedRead> batch;
  for (int i = 0; i < 4; ++i) {
    batch.push_back({kSlowly, i, i % 2 == 0 ? Soon(absl::Milliseconds(20)) : Soon()});
  }
  reads.Query(batch);
  for (const BatchedRead& read : batch) {
    if (read.value % 2 == 0) {
      CHECK(absl::IsDeadlineExceeded(read.status));
    } else {
      CHECK(read.result == read.value);
    }
  }
}

TEST_CASE("a read that ends after its deadline succeeds if its batch takes less than kMinTimeout") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::vector<BatchedRead> first = Echoes(1);
  reads.Query(first);
  std::vector<BatchedRead> batch = Echoes(2);
  batch[0] = {kBriefly, 0, Soon(absl::Milliseconds(1))};
  reads.Query(batch);
  CHECK(batch[0].result == 0);
  CHECK(batch[1].result == 1);
  CHECK(batch[1].runs == 2);
}

TEST_CASE("the reads of a batch are retried on a new connection if the server ends the session") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::atomic<bool> over = false;
  std::thread ending([&] {
    while (!over) {
      database.server().EndSessions(database.name());
      absl::SleepFor(absl::Milliseconds(100));
    }
  });
  std::atomic<int> wrong = 0;
  std::atomic<int> refused = 0;
  InParallel(2, [&](int) {
    for (int i = 0; i < 400; ++i) {
      std::vector<BatchedRead> batch = Echoes(8);
      reads.Query(batch);
      for (const BatchedRead& read : batch) {
        // A read fails if its session ends twice in a row.
        if (absl::IsUnavailable(read.status)) {
          ++refused;
        } else if (!read.status.ok() || read.result != read.value) {
          ++wrong;
        }
      }
    }
  });
  over = true;
  ending.join();
  CHECK(wrong == 0);
  CHECK(refused < 320);
}

TEST_CASE("all reads of concurrent batches fail at once while no server is reachable") {
  std::optional<servers::PostgresDatabase> database(std::in_place);
  Reads reads(*database);
  database.reset();
  std::atomic<int> wrong = 0;
  const absl::Time begin = absl::Now();
  InParallel(4, [&](int) {
    std::vector<BatchedRead> batch = Echoes(64);
    reads.Query(batch);
    for (const BatchedRead& read : batch) {
      if (!absl::IsUnavailable(read.status)) ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(absl::Now() - begin < absl::Seconds(5));
}

}  // namespace keelson
