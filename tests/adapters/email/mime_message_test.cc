#include "adapters/email/mime/mime_message.h"

#include <catch2/catch.hpp>
#include <vector>

#include "absl/strings/escaping.h"
#include "core/common/text.h"
#include "tests/adapters/email/parsed_mail.h"

namespace keelson {
namespace {

Email Sample() {
  Email email;
  email.id = *MessageId::Parse("message_01hf7yat00e8r8e2dhp52c4m2r");
  email.from = "Keelson <no-reply@example.com>";
  email.to = "ada@example.org";
  email.content = {"Confirm your address", "Hello Ada,\n\nhttps://x.example/?token=T\n", "<p>Hello Ada</p>\n",
                   "en"};
  email.date = absl::FromUnixSeconds(1700000000);
  return email;
}

std::string Render(const Email& email) {
  const absl::StatusOr<std::string> message = RenderMime(email);
  REQUIRE(message.ok());
  return *message;
}

// Checks that every line ends with CRLF and is not longer than RFC 5322 allows, and that header lines with
// encoded words are not longer than RFC 2047 allows.
void CheckLines(std::string_view message) {
  bool in_headers = true;
  while (!message.empty()) {
    const std::size_t end = message.find("\r\n");
    REQUIRE(end != std::string_view::npos);
    const std::string_view line = message.substr(0, end);
    REQUIRE(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    REQUIRE(line.size() <= 998);
    if (in_headers && line.find("=?") != std::string_view::npos) REQUIRE(line.size() <= 76);
    if (line.empty()) in_headers = false;
    message.remove_prefix(end + 2);
  }
}

// Returns the encoded words in a message's headers.
std::vector<std::string> EncodedWords(const std::string& message) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = message.find("=?UTF-8?B?", at)) != std::string::npos) {
    const std::size_t end = message.find("?=", at + 10) + 2;
    words.push_back(message.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace

TEST_CASE("Python's e-mail parser reads the headers and parts of a message") {
  const std::string message = Render(Sample());
  CheckLines(message);
  const nlohmann::json mail = ParseMail(message);
  CHECK(mail["defects"].empty());
  CHECK(mail["subject"] == "Confirm your address");
  CHECK(mail["from"] == nlohmann::json::parse(R"([["Keelson", "no-reply@example.com"]])"));
  CHECK(mail["to"] == nlohmann::json::parse(R"([["", "ada@example.org"]])"));
  CHECK(mail["date"] == 1700000000.0);
  CHECK(mail["headers"]["Message-ID"] == "<message_01hf7yat00e8r8e2dhp52c4m2r@example.com>");
  CHECK(mail["headers"]["Auto-Submitted"] == "auto-generated");
  CHECK(mail["headers"]["MIME-Version"] == "1.0");
  CHECK(mail["type"] == "multipart/alternative");
  REQUIRE(mail["parts"].size() == 2);
  CHECK(mail["parts"][0] ==
        nlohmann::json::array({"text/plain", "utf-8", "Hello Ada,\r\n\r\nhttps://x.example/?token=T"}));
  CHECK(mail["parts"][1] == nlohmann::json::array({"text/html", "utf-8", "<p>Hello Ada</p>"}));
}

TEST_CASE("RenderMime returns the same bytes for the same e-mail, and other bytes for another id") {
  CHECK(Render(Sample()) == Render(Sample()));
  Email other = Sample();
  other.id = *MessageId::Parse("message_01hf7yat00e8r8e2dhp52c4m2s");
  CHECK(Render(other) != Render(Sample()));
}

TEST_CASE("Python's e-mail parser reads a subject in any script unchanged") {
  const std::string subject = GENERATE(
      std::string(), std::string("😀"), std::string("Bestätigen Sie Ihre Adresse"),
      std::string("Подтвердите свой адрес электронной почты для учётной записи в магазине"),
      std::string("👩‍👩‍👧 family 👩‍👩‍👧 family 👩‍👩‍👧"),
      std::string(900, 'x'), std::string("an =?UTF-8?B?ZXZpbA==?= word"),
      std::string("two  spaces and one at the end "),
      std::string(
          "A long but plain subject line of many short words that has to be folded somewhere between them"),
      std::string("日本語の件名はとても長くなることがありますので折り返しが必要です。これで七十六文字を超えま"
                  "すか。"));
  CAPTURE(subject);
  Email email = Sample();
  email.content.subject = subject;
  const std::string message = Render(email);
  CheckLines(message);
  const nlohmann::json mail = ParseMail(message);
  CHECK(mail["defects"].empty());
  CHECK(mail["subject"] == subject);
  for (const std::string& word : EncodedWords(message)) {
    CHECK(word.size() <= 75);
    // Each encoded word contains whole characters.
    std::string characters;
    REQUIRE(absl::Base64Unescape(word.substr(10, word.size() - 12), &characters));
    CHECK(IsValidUtf8(characters));
  }
}

TEST_CASE("Python's e-mail parser reads the sender's name unchanged, and the address is not encoded") {
  const std::string name = GENERATE(
      std::string("Keelson, Inc."), std::string("The \"Ship\" \\ Co"), std::string("Jürgen Größe"),
      std::string("船会社株式会社船会社株式会社船会社株式会社船会社株式会社船会社株式会社"),
      std::string(200, 'n'),
      std::string("A Name With Ever So Many Plain Words That It Can Not Stay Upon A Single Line Of Mail"),
      std::string("(comment) @ home; <x>"), std::string("=?UTF-8?B?ZXZpbA==?="));
  CAPTURE(name);
  Email email = Sample();
  std::string quoted;
  for (const char c : name) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  email.from = "\"" + quoted + "\" <no-reply@example.com>";
  const std::string message = Render(email);
  CheckLines(message);
  CHECK(message.find("no-reply@example.com") != std::string::npos);
  const nlohmann::json mail = ParseMail(message);
  REQUIRE(mail["from"].size() == 1);
  CHECK(mail["from"][0][0] == name);
  CHECK(mail["from"][0][1] == "no-reply@example.com");
  CHECK(mail["defects"].empty());
}

TEST_CASE("an international address keeps its local part, and its domain becomes ASCII") {
  Email email = Sample();
  email.to = "jürgen@bücher.example";
  const nlohmann::json mail = ParseMail(Render(email));
  CHECK(mail["to"][0][1] == "jürgen@xn--bcher-kva.example");
}

TEST_CASE("Python's e-mail parser reads the text and the HTML unchanged") {
  const std::string text =
      GENERATE(std::string("emoji 😀 and ümlauts"), std::string(".\n..\n.dot"), std::string(2000, 'x'),
               std::string("bare\nline\nfeeds"), std::string("trailing space \nand tab\t\nFrom me"),
               std::string("--=_message_01hf7yat00e8r8e2dhp52c4m2r--\nnot the end"),
               std::string("= =3D =?x?="), std::string("\n\nleading and trailing empty lines\n\n"));
  Email email = Sample();
  email.content.text = text + "\n";
  email.content.html = "<p>" + text + "</p>\n";
  std::string wire;
  for (const char c : text) wire += c == '\n' ? "\r\n" : std::string(1, c);
  const std::string message = Render(email);
  CheckLines(message);
  const nlohmann::json mail = ParseMail(message);
  CHECK(mail["parts"][0][2] == wire);
  CHECK(mail["parts"][1][2] == "<p>" + wire + "</p>");
  CHECK(mail["defects"].empty());
}

TEST_CASE("an ASCII text is not encoded, so that its link works in the raw message") {
  Email email = Sample();
  CHECK(Render(email).find("Encoding: 7bit\r\n\r\nHello Ada,\r\n\r\nhttps://x.example/?token=T\r\n") !=
        std::string::npos);
  email.content.text = "Hallo Jürgen\n";
  CHECK(Render(email).find("7bit") == std::string::npos);
}

TEST_CASE("line breaks and NUL bytes in headers are rejected") {
  Email email = Sample();
  const std::string evil =
      GENERATE(std::string("x\r\nBcc: eve@example.net"), std::string("x\nBcc: eve@example.net"),
               std::string("x\rBcc: eve@example.net"), std::string("x\0y", 3));
  SECTION("subject") {
    email.content.subject = evil;
  }
  SECTION("sender's name") {
    email.from = evil + " <no-reply@example.com>";
  }
  SECTION("sender") {
    email.from = "no-reply@example.com" + evil;
  }
  SECTION("recipient") {
    email.to = "ada@example.org" + evil;
  }
  const absl::Status status = RenderMime(email).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(status.message()).find("eve") == std::string::npos);
}

TEST_CASE("RenderMime rejects a recipient that is not one bare address") {
  Email email = Sample();
  email.to = GENERATE(as<std::string>{}, "", "ada", "Ada <ada@example.org>",
                      "ada@example.org, eve@example.net", " ada@example.org", "\xff@example.org");
  CHECK(RenderMime(email).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("texts that are not UTF-8 are rejected") {
  Email email = Sample();
  SECTION("subject") {
    email.content.subject = "\xff";
  }
  SECTION("text") {
    email.content.text = "\xff";
  }
  SECTION("html") {
    email.content.html = "\xc3";
  }
  CHECK(RenderMime(email).status().code() == absl::StatusCode::kInvalidArgument);
}

}  // namespace keelson
