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
// Fails for 0 with a division by zero.
constexpr char kInverse[] = "SELECT 100 / $1::bigint";
// Takes 20 ms, longer than the deadline in one test.
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
  std::int64_t answer = -1;
  absl::Status status = {};
  int runs = 0;
};

class Reads {
 public:
  explicit Reads(const servers::PostgresDatabase& database)
      : pool_({.connection = {.url = database.url()}, .size = 4}) {}

  void Query(std::vector<BatchedRead>& questions) {
    std::vector<ReadCall> calls;
    for (BatchedRead& question : questions) {
      calls.push_back({question.deadline, [&] { Run(question); }});
    }
    PgReadBatch(pool_, calls).Run();
  }

 private:
  void Run(BatchedRead& question) {
    ++question.runs;
    PgBatchedReadSession session(*PgReadBatch::Running(pool_));
    question.status = session.CatchErrors([&] {
      session.SelectOne(question.sql, question.value).Read(0, question.answer);
      return absl::OkStatus();
    });
  }

  PgPool pool_;
};

std::vector<BatchedRead> Echoes(int count) {
  std::vector<BatchedRead> questions;
  for (int i = 0; i < count; ++i) questions.push_back({kEcho, i});
  return questions;
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
      std::vector<BatchedRead> questions = Echoes(64);
      reads.Query(questions);
      for (const BatchedRead& question : questions) {
        if (!question.status.ok() || question.answer != question.value || question.runs != 2) ++wrong;
      }
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("a failing read gets its own error and does not affect the other reads of the batch") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::vector<BatchedRead> questions;
  for (int i = 0; i < 16; ++i) questions.push_back({kInverse, i % 4});
  reads.Query(questions);
  for (const BatchedRead& question : questions) {
    if (question.value == 0) {
      CHECK(absl::IsInternal(question.status));
    } else {
      CHECK(question.status.ok());
      CHECK(question.answer == 100 / question.value);
    }
  }
}

TEST_CASE("a statement that the server cancels fails only its own read") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::vector<BatchedRead> questions = Echoes(4);
  questions[1].sql = kCancelled;
  reads.Query(questions);
  CHECK(absl::IsDeadlineExceeded(questions[1].status));
  for (const int other : {0, 2, 3}) CHECK(questions[static_cast<std::size_t>(other)].answer == other);
}

TEST_CASE("a read ends at its deadline, and the other reads of the batch succeed") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::vector<BatchedRead> questions;
  for (int i = 0; i < 4; ++i) {
    questions.push_back({kSlowly, i, i % 2 == 0 ? Soon(absl::Milliseconds(20)) : Soon()});
  }
  reads.Query(questions);
  for (const BatchedRead& question : questions) {
    if (question.value % 2 == 0) {
      CHECK(absl::IsDeadlineExceeded(question.status));
    } else {
      CHECK(question.answer == question.value);
    }
  }
}

TEST_CASE("a read with a very short deadline does not break the connection of the batch") {
  const servers::PostgresDatabase database;
  Reads reads(database);
  std::vector<BatchedRead> first = Echoes(1);
  reads.Query(first);
  std::vector<BatchedRead> questions = Echoes(2);
  questions[0] = {kBriefly, 0, Soon(absl::Milliseconds(1))};
  reads.Query(questions);
  CHECK(questions[0].answer == 0);
  CHECK(questions[1].answer == 1);
  CHECK(questions[1].runs == 2);
}

TEST_CASE("reads are repeated when the server ends their sessions") {
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
      std::vector<BatchedRead> questions = Echoes(8);
      reads.Query(questions);
      for (const BatchedRead& question : questions) {
        // A read fails if its session ends twice in a row.
        if (absl::IsUnavailable(question.status)) {
          ++refused;
        } else if (!question.status.ok() || question.answer != question.value) {
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
    std::vector<BatchedRead> questions = Echoes(64);
    reads.Query(questions);
    for (const BatchedRead& question : questions) {
      if (!absl::IsUnavailable(question.status)) ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(absl::Now() - begin < absl::Seconds(5));
}

}  // namespace keelson
