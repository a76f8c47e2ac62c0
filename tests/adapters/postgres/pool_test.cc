#include "adapters/store/postgres/pool.h"

#include <poll.h>

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "core/common/error.h"
#include "core/common/strings.h"
#include "tests/support/net/listener.h"
#include "tests/support/postgres/postgres_database.h"

namespace keelson {
namespace {

Deadline TestDeadline(absl::Duration duration = absl::Seconds(10)) {
  return Deadline::After(duration);
}

PgPool::Options Of(const servers::PostgresDatabase& database, std::size_t size) {
  return {.connection = {.url = database.url()}, .size = size};
}

int ProcessOf(PgConnection& connection) {
  PgResult result;
  connection.Queue("SELECT pg_backend_pid()", PgParameters().view(), PgConnection::kAnyNumber, &result);
  connection.Finish(TestDeadline());
  int pid = 0;
  result.Read(0, pid);
  return pid;
}

}  // namespace

TEST_CASE("a returned connection is leased again") {
  const servers::PostgresDatabase database;
  PgPool pool(Of(database, 2));
  int first = 0;
  {
    auto lease = pool.Take(TestDeadline());
    REQUIRE(lease.ok());
    first = ProcessOf(**lease);
  }
  auto lease = pool.Take(TestDeadline());
  REQUIRE(lease.ok());
  CHECK(ProcessOf(**lease) == first);
}

TEST_CASE("the pool opens at most Options::size connections, and further callers wait until their deadline") {
  const servers::PostgresDatabase database;
  PgPool pool(Of(database, 1));
  auto lease = pool.Take(TestDeadline());
  REQUIRE(lease.ok());
  const Deadline deadline = TestDeadline(absl::Milliseconds(50));
  CHECK(absl::IsDeadlineExceeded(pool.Take(deadline).status()));
  CHECK(deadline.expired());
}

TEST_CASE("a waiting caller gets the next returned connection") {
  const servers::PostgresDatabase database;
  PgPool pool(Of(database, 1));
  std::optional<PgPool::Lease> lease(*pool.Take(TestDeadline()));
  absl::Status status = absl::UnknownError("did not run");
  std::thread waiting([&] { status = pool.Take(TestDeadline()).status(); });
  absl::SleepFor(absl::Milliseconds(20));
  lease.reset();
  waiting.join();
  CHECK(status.ok());
}

TEST_CASE("callers beyond the maximum number of waiters fail with RESOURCE_EXHAUSTED") {
  const servers::PostgresDatabase database;
  PgPool::Options options = Of(database, 1);
  options.waiters = 0;
  PgPool pool(options);
  CHECK(HasReason(pool.Take(TestDeadline()).status(), Reason::kOverloaded));
}

TEST_CASE("a connection that the server has closed is not leased") {
  const servers::PostgresDatabase database;
  PgPool pool(Of(database, 1));
  int pid = 0;
  {
    auto lease = pool.Take(TestDeadline());
    REQUIRE(lease.ok());
    pid = ProcessOf(**lease);
  }
  database.server().EndSession(pid);
  for (int i = 0; i < 3; ++i) {
    auto lease = pool.Take(TestDeadline());
    REQUIRE(lease.ok());
    CHECK(ProcessOf(**lease) != pid);
  }
}

TEST_CASE("Take fails at once if the server is unreachable, and the error does not contain the password") {
  PgPool pool({.connection = {.url = "postgresql://keelson:geheim@127.0.0.1:1/keelson"}, .size = 4});
  const absl::Time begin = absl::Now();
  const absl::Status status = pool.Take(TestDeadline()).status();
  CHECK(HasReason(status, Reason::kStoreUnavailable));
  CHECK(absl::Now() - begin < absl::Seconds(5));
  CHECK(status.message().find("geheim") == std::string::npos);
  CHECK(status.message().find("keelson on 127.0.0.1 port 1") != std::string::npos);
}

TEST_CASE("Take fails after longest_open if the server accepts the connection but does not respond") {
  servers::Listener silent([](int, int stop) {
    pollfd stopping{stop, POLLIN, 0};
    poll(&stopping, 1, -1);
  });
  PgPool::Options options;
  options.connection.url = StrCat("postgresql://127.0.0.1:", silent.port(), "/app?connect_timeout=3600");
  options.longest_open = absl::Milliseconds(100);
  PgPool pool(options);
  const absl::Status status = pool.Take(TestDeadline()).status();
  CHECK(HasReason(status, Reason::kStoreUnavailable));
  CHECK(status.message().find("no response before the timeout") != std::string::npos);
}

TEST_CASE("an invalid URL is rejected, and the error does not contain the password") {
  const absl::Status status = PgConnection::CheckUrl("postgresql://keelson:geheim@[::1/keelson");
  CHECK(absl::IsInvalidArgument(status));
  CHECK(status.message().find("geheim") == std::string::npos);
}

}  // namespace keelson
