#include "adapters/grpc/call_metadata.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_entropy.h"

namespace keelson {
namespace {

constexpr char kTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST_CASE("a valid traceparent becomes version 00, and an invalid traceparent becomes empty") {
  const std::string good = kTraceparent;
  CHECK(NormalTraceparent(good) == good);
  CHECK(NormalTraceparent("cc" + good.substr(2) + "-later") == good);
  CHECK(NormalTraceparent("cc" + good.substr(2, 51) + "ff") == good);
  CHECK(NormalTraceparent("").empty());
  CHECK(NormalTraceparent("ff" + good.substr(2)).empty());
  CHECK(NormalTraceparent(good + "-later").empty());
  CHECK(NormalTraceparent("cc" + good.substr(2) + "x").empty());
  CHECK(NormalTraceparent("00-" + std::string(32, '0') + good.substr(35)).empty());
  CHECK(NormalTraceparent(good.substr(0, 36) + std::string(16, '0') + "-01").empty());
  CHECK(NormalTraceparent("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").empty());
  CHECK(NormalTraceparent(good.substr(0, 54)).empty());
}

TEST_CASE("a request id is 1 to 128 printable ASCII characters") {
  CHECK(IsValidRequestId("a b~"));
  CHECK(IsValidRequestId(std::string(128, 'x')));
  CHECK_FALSE(IsValidRequestId(""));
  CHECK_FALSE(IsValidRequestId(std::string(129, 'x')));
  CHECK_FALSE(IsValidRequestId("tab\there"));
  CHECK_FALSE(IsValidRequestId(" x"));
  CHECK_FALSE(IsValidRequestId("x "));
  CHECK_FALSE(IsValidRequestId(" "));
  CHECK_FALSE(IsValidRequestId("\xC3\xA4"));
}

TEST_CASE("generated request ids are unique") {
  FakeEntropy entropy;
  RequestIds ids(entropy);
  std::string first;
  std::string second;
  ids.Next(first);
  ids.Next(second);
  CHECK(first.size() == 32);
  CHECK(first != second);
}

}  // namespace
}  // namespace keelson
