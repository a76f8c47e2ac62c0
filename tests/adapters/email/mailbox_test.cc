#include "adapters/email/mime/mailbox.h"

#include <catch2/catch.hpp>

#include "adapters/email/mime/envelope.h"
#include "adapters/email/mime/mime_message.h"
#include "core/common/email_address.h"

namespace keelson {

TEST_CASE("ParseMailbox accepts an address with or without a display name") {
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

TEST_CASE("the error for an invalid mailbox does not contain its address") {
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

TEST_CASE("the address of a parsed mailbox is in canonical form") {
  CHECK(ParseMailbox("Grace <\u200bgra\u00adce@\uff45xample\u3002com>")->address == "grace@example.com");
  CHECK(ParseRecipient("\u200bgrace@example.com")->address == "grace@example.com");
}

TEST_CASE("a recipient with a display name, angle brackets or surrounding spaces is rejected") {
  CHECK(ParseRecipient("ada@example.com").ok());
  for (const std::string to :
       {"", " ada@example.com", "ada@example.com ", "<ada@example.com>", "Ada <ada@example.com>"}) {
    CAPTURE(to);
    CHECK(absl::IsInvalidArgument(ParseRecipient(to).status()));
  }
}

TEST_CASE("every address that the core accepts is valid as the sender and the recipient of an e-mail") {
  const std::string text =
      GENERATE(as<std::string>{}, "ada@example.com", "Ada.Lovelace+tag@Example.COM",
               "!#$%&'*+-/=?^_`{|}~@example.com", "ada@r3---sn.example.com", "ada@ab--cd.example",
               "ada@xn--bcher-kva.example", "ada@b\u00fccher.example", "ada@ab--cd.b\u00fccher.example",
               "jo\u0308rg@example.com", "stra\u00dfe@stra\u00dfe.example", "\u200bgrace@exam\u00adple.com",
               "\uff47race@\uff45xample\u3002com", "\u7528\u6237@\u4f8b\u5b50.\u4e2d\u56fd");
  CAPTURE(text);
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(text);
  REQUIRE(address.ok());
  Email email;
  email.id = *MessageId::Parse("message_01hf7yat00e8r8e2dhp52c4m2r");
  email.from = address->text();
  email.to = address->text();
  email.content = {"Subject", "Text\n", "<p>Text</p>\n", "en"};
  const absl::StatusOr<Envelope> envelope = ReadEnvelope(email);
  REQUIRE(envelope.ok());
  const std::string& key = address->key();
  CHECK(envelope->to.substr(envelope->to.rfind('@')) == key.substr(key.rfind('@')));
  CHECK(EmailAddress::Parse(envelope->to)->key() == key);
  CHECK(envelope->from.address == envelope->to);
  const absl::StatusOr<std::string> message = RenderMime(email);
  REQUIRE(message.ok());
  CHECK(message->find("To: " + envelope->to + "\r\n") != std::string::npos);
}

}  // namespace keelson
