#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "adapters/store/postgres/connection.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;

// A part of every password in the URLs below; no error may contain it.
constexpr char kSecret[] = "geheim";

std::string ErrorOf(const std::string& url) {
  const absl::Status status = PgConnection::CheckUrl(url);
  CHECK((status.ok() || absl::IsInvalidArgument(status)));
  CHECK(status.message().find(kSecret) == std::string::npos);
  return std::string(status.message());
}

TEST_CASE("valid URLs and KEY=VALUE strings are accepted") {
  for (const char* url :
       {"postgresql://keelson:geheim@db1,db2:5433/keelson?target_session_attrs=read-write&connect_timeout=3",
        "postgres://keelson@[::1]:5432/keelson", "postgresql:///keelson?host=/run/postgresql",
        "postgresql://keelson:ge%40heim@db/keelson?options=-csearch_path%3Dkeelson&sslmode=verify-full",
        "host=db port=5432 dbname=keelson user=keelson password='geheim and more'", "dbname=keelson",
        "postgresql://keelson@db/keelson?client_encoding=LATIN1",
        "host=a,b hostaddr=10.0.0.1,10.0.0.2 port=1,2", "postgresql://keelson@db/keelson?replication=off",
        "postgresql://keelson@db/keelson?ssl=true"}) {
    CAPTURE(url);
    CHECK(ErrorOf(url).empty());
  }
}

TEST_CASE("the error for an unknown parameter names the parameter") {
  for (const char* url : {"postgresql://keelson:geheim@db/keelson?schema=public",
                          "postgresql:///keelson?sslmode=require&schema=x", "host=db schema=public",
                          "host=db user=keelson password=geheim schema=public",
                          "postgresql://keelson:geheim@db/keelson?schema=a@b"}) {
    CAPTURE(url);
    CHECK(ErrorOf(url) == "has the parameter schema, which libpq does not know");
  }
  CHECK(ErrorOf("postgresql://keelson:geheim@db/keelson?ssl_mode=require") ==
        "has the parameter ssl_mode, which libpq does not know; did you mean sslmode?");
  CHECK(ErrorOf("host=db conect_timeout=3 password=geheim") ==
        "has the parameter conect_timeout, which libpq does not know; did you mean connect_timeout?");
}

TEST_CASE("the error for an invalid value names the parameter, but not the value") {
  for (const auto& [parameter, value] : std::vector<std::pair<std::string, std::string>>{
           {"sslmode", "geheim"},
           {"target_session_attrs", "geheim"},
           {"channel_binding", "geheim"},
           {"gssencmode", "geheim"},
           {"ssl_min_protocol_version", "geheim"},
           {"connect_timeout", "soon"},
           {"keepalives_idle", "geheim"},
           {"tcp_user_timeout", "99999999999999"},
           {"port", "geheim"},
           {"replication", "database"},
       }) {
    CAPTURE(parameter);
    CHECK_THAT(ErrorOf("postgresql://keelson:geheim@db/keelson?" + parameter + "=" + value),
               Contains(parameter));
    CHECK_THAT(ErrorOf("host=db dbname=keelson " + parameter + "=" + value), Contains(parameter));
  }
  CHECK_THAT(ErrorOf("postgresql://keelson@db:70000/keelson"), Contains("port"));
  CHECK_THAT(ErrorOf("postgresql://keelson@db1:1,db2:70000/keelson"), Contains("port"));
  CHECK_THAT(ErrorOf("postgresql://keelson@db1,db2/keelson?port=1,2,3"), Contains("port"));
  CHECK_THAT(ErrorOf("postgresql:///keelson?service=nowhere"), Contains("service"));
}

TEST_CASE("the error for invalid syntax shows the expected syntax and no part of the URL") {
  for (const char* url :
       {"postgresql://keelson:geheim@[::1/keelson", "postgresql://keelson:%zzgeheim@db/keelson",
        "mysql://keelson:geheim@db/keelson?a=b", "mysql://keelson:geheim@db/keelson", "geheim",
        "host=db password=not quoted geheim", "host=db password='geheim",
        "host=db password=my geheim=1 user=a", "postgresql://keelson:a/b?geheim=1@db/keelson",
        "postgresql://keelson:a/b?geheim1@db/keelson"}) {
    CAPTURE(url);
    CHECK_THAT(ErrorOf(url), Contains("must be a PostgreSQL URL"));
  }
  CHECK(ErrorOf("") == "must be set when store.adapter is postgres");
}

TEST_CASE("Open rejects an invalid URL") {
  const absl::Status status =
      PgConnection::Open({.url = "postgresql://a:geheim@db/keelson?schema=public"}).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(status.message() == "the PostgreSQL URL has the parameter schema, which libpq does not know");
}

}  // namespace
}  // namespace keelson
