#include <catch2/catch.hpp>

#include "app/config/notation.h"
#include "app/config/size.h"
#include "core/common/nearest.h"

namespace keelson {
namespace {

TEST_CASE("ParseByteSize accepts only a whole number with a unit") {
  CHECK(ParseByteSize("0B") == ByteSize{0});
  CHECK(ParseByteSize("512B") == ByteSize{512});
  CHECK(ParseByteSize("64KiB") == KiB(64));
  CHECK(ParseByteSize("1MiB") == MiB(1));
  CHECK(ParseByteSize("2GiB") == MiB(2048));
  for (const char* text : {"", "1", "MiB", "1MB", "1 MiB", "-1MiB", "+1MiB", "1.5MiB",
                           "9223372036854775807KiB", "99999999999999999999B"}) {
    INFO(text);
    CHECK_FALSE(ParseByteSize(text).has_value());
  }
}

TEST_CASE("a size is formatted in the largest unit that gives a whole number") {
  CHECK(FormatByteSize({0}) == "0B");
  CHECK(FormatByteSize({1023}) == "1023B");
  CHECK(FormatByteSize(KiB(1536)) == "1536KiB");
  CHECK(FormatByteSize(MiB(19)) == "19MiB");
  CHECK(FormatByteSize(MiB(1024)) == "1GiB");
}

TEST_CASE("FromText accepts only finite durations with units") {
  CHECK(FromText<absl::Duration>("500ms") == absl::Milliseconds(500));
  CHECK(FromText<absl::Duration>("1h30m") == absl::Minutes(90));
  CHECK_FALSE(FromText<absl::Duration>("inf").has_value());
  CHECK_FALSE(FromText<absl::Duration>("5").has_value());
  CHECK_FALSE(FromText<absl::Duration>("").has_value());
}

TEST_CASE("ToToml formats values as TOML literals") {
  CHECK(ToToml(absl::Hours(720)) == "\"720h\"");
  CHECK(ToToml(absl::Milliseconds(500)) == "\"500ms\"");
  CHECK(ToToml(absl::ZeroDuration()) == "\"0s\"");
  CHECK(ToToml(std::string("a \"b\" \\ \n\x7f é")) == "\"a \\\"b\\\" \\\\ \\u000A\\u007F é\"");
  CHECK(ToToml(std::vector<std::string>{"a", "b"}) == "[\"a\", \"b\"]");
  CHECK(ToToml(std::set<OrderState>{OrderState::kPaid, OrderState::kDelivered}) ==
        "[\"paid\", \"delivered\"]");
  CHECK(ToToml(std::map<Currency, std::int64_t>{}) == "{}");
  CHECK(ToToml(std::map<Currency, std::int64_t>{{*Currency::Parse("EUR"), 5}}) == "{ EUR = 5 }");
}

TEST_CASE("ToToml hides the token digest of a client") {
  const AuthClient client{.name = "web", .token_sha256 = std::string(64, 'a'), .roles = {"reader"}};
  CHECK(ToToml(std::vector{client}) ==
        "[{ name = \"web\", token_sha256 = \"(hidden)\", roles = [\"reader\"] }]");
}

TEST_CASE("the edit distance counts insertions, deletions, replacements and swaps") {
  CHECK(EditDistance("", "abc") == 3);
  CHECK(EditDistance("abc", "") == 3);
  CHECK(EditDistance("listen", "listen") == 0);
  CHECK(EditDistance("lisen", "listen") == 1);
  CHECK(EditDistance("listne", "listen") == 1);
  CHECK(EditDistance("kitten", "sitting") == 3);
}

TEST_CASE("Nearest returns a name only if it is similar") {
  const std::vector<std::string> known = {"store.adapter", "server.listen", "email.from"};
  CHECK(Nearest("server.lisen", known) == "server.listen");
  CHECK(Nearest("stroe.adapter", known) == "store.adapter");
  CHECK(Nearest("SERVER.LISTEN", known) == "server.listen");
  CHECK(Nearest("quite.something.else", known).empty());
}

}  // namespace
}  // namespace keelson
