#include "adapters/store/postgres/values.h"

#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

#include "adapters/store/postgres/connection.h"
#include "tests/support/postgres/postgres_database.h"

namespace keelson {
namespace {

// All tests share one connection, because they store nothing.
PgConnection& Server() {
  static servers::PostgresDatabase database;
  static auto connection = PgConnection::Open({.url = database.url()});
  REQUIRE(connection.ok());
  return **connection;
}

enum class Color { kRed = 1, kBlue = -7 };

// Sends a value to the server and returns the value that the server sends back. Each type needs a different
// `sql`, because its address identifies the prepared statement.
template <typename T>
T EchoAs(const char* sql, const T& sent) {
  PgResult result;
  Server().Queue(sql, PgParameters(sent).view(), PgConnection::kAnyNumber, &result);
  Server().Finish(Deadline::Never());
  T value{};
  result.Read(0, value);
  return value;
}

}  // namespace

TEST_CASE("integers round-trip, including the minimum and the maximum") {
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{256}, std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min()}) {
    CHECK(EchoAs("SELECT $1 /* bigint */", number) == number);
  }
  CHECK(EchoAs("SELECT $1 /* smallint */", Color::kBlue) == Color::kBlue);
  CHECK(EchoAs("SELECT $1 /* boolean */", true));
}

TEST_CASE("texts and bytes round-trip") {
  CHECK(EchoAs("SELECT $1 /* text */", std::string("Zoë 🙂 'quoted' \\ $1")) ==
        "Zoë 🙂 'quoted' \\ $1");
  CHECK(EchoAs("SELECT $1 /* text */", std::string()).empty());
  std::array<std::uint8_t, 32> digest{};
  digest[0] = 0xff;
  CHECK(EchoAs("SELECT $1 /* bytea */", digest) == digest);
  Uuid uuid{};
  uuid[15] = 9;
  CHECK(EchoAs("SELECT $1 /* uuid */", uuid) == uuid);
}

TEST_CASE("times round-trip to the microsecond, including the infinite past and future") {
  for (const absl::Time time : {absl::UnixEpoch(), absl::FromUnixMicros(1'700'000'000'123'456),
                                absl::FromUnixMicros(-1), absl::InfiniteFuture(), absl::InfinitePast()}) {
    CHECK(EchoAs("SELECT $1 /* timestamptz */", time) == time);
  }
}

TEST_CASE("an unset optional round-trips as NULL") {
  CHECK(EchoAs("SELECT $1 /* maybe */", std::optional<absl::Time>()) == std::nullopt);
  CHECK(EchoAs("SELECT $1 /* maybe */", std::optional(absl::UnixEpoch())) == absl::UnixEpoch());
}

TEST_CASE("labels and refund lines round-trip") {
  const std::map<std::string, std::string> labels = {{"a", "1"}, {"ключ", "\"quoted\"\n\x01"}};
  CHECK(EchoAs("SELECT $1 /* jsonb */", labels) == labels);
  CHECK(EchoAs("SELECT $1 /* jsonb */", std::map<std::string, std::string>()).empty());
  const std::vector<RefundLine> lines = {{0, 1, 2},
                                         {499, 1'000'000, std::numeric_limits<std::int64_t>::max()}};
  CHECK(EchoAs("SELECT $1 /* lines */", lines) == lines);
}

TEST_CASE("the server reads the elements of an array, and accepts an empty array") {
  const auto sum = [](const std::vector<std::int64_t>& numbers) {
    PgResult result;
    Server().Queue("SELECT coalesce(sum(n), -1)::bigint FROM unnest($1) AS t (n)",
                   PgParameters(numbers).view(), PgConnection::kAnyNumber, &result);
    Server().Finish(Deadline::Never());
    std::int64_t value = 0;
    result.Read(0, value);
    return value;
  };
  CHECK(sum({1, 2, 3}) == 6);
  CHECK(sum({}) == -1);
}

TEST_CASE("Get throws if the bytes are not a valid value of the target type") {
  std::int64_t number = 0;
  CHECK_THROWS_AS(Get(std::string_view("abc"), number), std::runtime_error);
  Uuid uuid{};
  CHECK_THROWS_AS(Get(std::string_view("short"), uuid), std::runtime_error);
  std::map<std::string, std::string> labels;
  CHECK_THROWS_AS(Get(std::string_view("{}"), labels), std::runtime_error);
  Currency currency;
  CHECK_THROWS_AS(Get(std::string_view("EURO"), currency), std::runtime_error);
}

}  // namespace keelson
