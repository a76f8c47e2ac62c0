#include "adapters/email/mime/quoted_printable.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/seed.h"

namespace keelson {
namespace {

// Decodes quoted-printable text (RFC 2045), independently of the adapter's code.
std::string Decoded(std::string_view encoded) {
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '=') {
      text += encoded[i];
    } else if (encoded.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      text += static_cast<char>(std::stoi(std::string(encoded.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    }
  }
  return text;
}

void CheckForm(std::string_view encoded) {
  while (!encoded.empty()) {
    const std::size_t end = encoded.find("\r\n");
    REQUIRE(end != std::string_view::npos);
    const std::string_view line = encoded.substr(0, end);
    REQUIRE(line.size() <= 76);
    REQUIRE(line.find_first_of("\r\n") == std::string_view::npos);
    if (!line.empty()) {
      REQUIRE(line.back() != ' ');
      REQUIRE(line.back() != '\t');
      REQUIRE(line.front() != '.');
    }
    REQUIRE_FALSE(line.starts_with("From "));
    encoded.remove_prefix(end + 2);
  }
}

}  // namespace

TEST_CASE("plain ASCII lines are not encoded") {
  CHECK(QuotedPrintable("one\ntwo\r\n") == "one\r\ntwo\r\n");
}

TEST_CASE("characters that a mail transport could alter are encoded") {
  CHECK(QuotedPrintable(".dot") == "=2Edot\r\n");
  CHECK(QuotedPrintable("From here") == "=46rom here\r\n");
  CHECK(QuotedPrintable("end \nend\t") == "end=20\r\nend=09\r\n");
  CHECK(QuotedPrintable("a=b") == "a=3Db\r\n");
  CHECK(QuotedPrintable("a\rb") == "a=0Db\r\n");
  CHECK(QuotedPrintable(std::string_view("\0", 1)) == "=00\r\n");
  CHECK(QuotedPrintable("é") == "=C3=A9\r\n");
}

TEST_CASE("a line of 77 characters is wrapped, and a line of 76 characters is not") {
  CHECK(QuotedPrintable(std::string(76, 'x')) == std::string(76, 'x') + "\r\n");
  CHECK(QuotedPrintable(std::string(77, 'x')) == std::string(75, 'x') + "=\r\nxx\r\n");
}

TEST_CASE("decoding an encoded text returns the text with CRLF line breaks") {
  const Seed seed(11);
  std::mt19937 random(seed.value());
  const std::string alphabet("ab .=\tF\xc3\xa9\r\x7f\0Q", 14);
  for (int i = 0; i < 3000; ++i) {
    std::string sent;
    std::string expected;
    for (auto line = 1 + random() % 4; line > 0; --line) {
      std::string text = random() % 8 == 0 ? "From " : "";
      for (auto size = random() % 200; size > 0; --size) text += alphabet[random() % alphabet.size()];
      if (!text.empty() && text.back() == '\r') text += '.';
      sent += text + (random() % 2 == 0 ? "\n" : "\r\n");
      expected += text + "\r\n";
    }
    const std::string encoded = QuotedPrintable(sent);
    CheckForm(encoded);
    REQUIRE(Decoded(encoded) == expected);
  }
}

}  // namespace keelson
