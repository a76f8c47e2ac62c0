#include "adapters/email_mime/mailbox.h"

#include <catch2/catch.hpp>

#include "adapters/email_mime/header.h"

namespace keelson {

TEST_CASE("a mailbox is a name and an address, or an address alone") {
  struct Case {
    std::string text;
    Mailbox mailbox;
  };
  const Case c =
      GENERATE(Case{"no-reply@example.com", {"", "no-reply@example.com"}},
               Case{"<no-reply@example.com>", {"", "no-reply@example.com"}},
               Case{"  Keelson <no-reply@example.com> ", {"Keelson", "no-reply@example.com"}},
               Case{"Keelson Shop<no-reply@example.com>", {"Keelson Shop", "no-reply@example.com"}},
               Case{"\"Keelson, Inc. <EU>\" <a@example.com>", {"Keelson, Inc. <EU>", "a@example.com"}},
               Case{R"("a \"b\" \\ c" <a@example.com>)", {R"(a "b" \ c)", "a@example.com"}},
               Case{"Große Schiffe 🚢 <schiff@bücher.example>", {"Große Schiffe 🚢", "schiff@bücher.example"}});
  CAPTURE(c.text);
  const absl::StatusOr<Mailbox> mailbox = ParseMailbox(c.text);
  REQUIRE(mailbox.ok());
  CHECK(*mailbox == c.mailbox);
}

TEST_CASE("what is not one mailbox is refused without being repeated") {
  const std::string text =
      GENERATE(as<std::string>{}, "", "Keelson", "Keelson <>", "Keelson <no-reply>",
               "a@keelson.example, b@keelson.example", "A <a@keelson.example>, B <b@keelson.example>",
               "a@keelson.example>", "Keelson, Inc. <a@keelson.example>", "\"a\" b\" <a@keelson.example>",
               R"("a\" <a@keelson.example>)", "Keelson < a@keelson.example >", "a@b@keelson.example",
               "Evil\r\nBcc: x@keelson.example <a@keelson.example>",
               "a@keelson.example\r\nBcc: x@keelson.example", std::string("nul\0 <a@keelson.example>", 24),
               "\xff <a@keelson.example>", "A <a@keel son.example>", "a@keelson.example\n");
  CAPTURE(text);
  const absl::Status status = ParseMailbox(text).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(status.message()).find("keelson.example") == std::string::npos);
}

TEST_CASE("a domain is written as DNS has it") {
  CHECK(AsciiDomain("bücher.example").value() == "xn--bcher-kva.example");
  CHECK(AsciiDomain("example.com").value() == "example.com");
  CHECK_FALSE(AsciiDomain("exa mple.com").ok());
  CHECK_FALSE(AsciiDomain("example.com>\r\nBcc: x").ok());
}

}  // namespace keelson
