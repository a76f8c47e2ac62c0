#include "core/common/email_address.h"

#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "core/common/text.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

std::string KeyOf(std::string_view text) {
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(text);
  return address.ok() ? address->key() : StrCat("refused: ", address.status().message());
}

bool IsAddress(std::string_view text) {
  return EmailAddress::Parse(text).ok();
}

std::string TextOf(std::string_view text) {
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(text);
  return address.ok() ? address->text() : StrCat("refused: ", address.status().message());
}

TEST_CASE("An address in canonical form is stored as written, without surrounding white space") {
  const EmailAddress address = Must(EmailAddress::Parse("  Ada.Lovelace@Example.COM\n"));
  CHECK(address.text() == "Ada.Lovelace@Example.COM");
  CHECK(address.key() == "ada.lovelace@example.com");
  CHECK(TextOf("J\u00d6rg@xn--mnchen-3ya.DE") == "J\u00d6rg@xn--mnchen-3ya.DE");
}

TEST_CASE("An address is stored in canonical form") {
  const std::pair<std::string_view, std::string_view> written[] = {
      {"\u200bgrace@example.com", "grace@example.com"},              // a zero-width space
      {"\ufeffgrace@example.com\u200b", "grace@example.com"},        // a byte order mark
      {"gra\u200c\u200d\u2060ce@example.com", "grace@example.com"},  // joiners
      {"\u202egrace\u202c@example.com", "grace@example.com"},        // bidi controls
      {"\u2066grace\u2069@example.com", "grace@example.com"},
      {"grace\u061c@example.com", "grace@example.com"},
      {"grace\ufe0f\U000e0100@example.com", "grace@example.com"},  // variation selectors
      {"gr\u00adace@exam\u00adple.com", "grace@example.com"},      // soft hyphens
      {"grace\u034f\u3164@example.com", "grace@example.com"},      // a joiner of graphemes, a Hangul filler
      {"\uff47\uff52\uff41\uff43\uff45@example.com", "grace@example.com"},  // full-width letters
      {"\uff27race@EXAMPLE.com", "Grace@EXAMPLE.com"},
      {"grace\uff0ehopper@example.com", "grace.hopper@example.com"},  // a full-width full stop
      {"\ufb01ona@example.com", "fiona@example.com"},                 // a ligature
      {"\u212aelvin@example.com", "Kelvin@example.com"},              // the Kelvin sign
      {"jo\u0308rg@example.com", "j\u00f6rg@example.com"},
      {"grace@\uff45xample.com", "grace@example.com"},
      {"grace@example\u3002com", "grace@example.com"},  // an ideographic full stop
      {"grace@example\uff61com", "grace@example.com"},
      {"grace@mu\u0308nchen.de", "grace@m\u00fcnchen.de"},
      {"grace@M\u00dcNCHEN.de", "grace@m\u00fcnchen.de"},
  };
  for (const auto& [text, kept] : written) {
    CAPTURE(text);
    CHECK(TextOf(text) == kept);
    CHECK(KeyOf(text) == KeyOf(kept));
    CHECK(TextOf(TextOf(text)) == kept);
  }
}

TEST_CASE(
    "Addresses of one domain have the same key if and only if their local parts are equal in lower case") {
  const std::string_view locals[] = {
      "strasse",       "stra\u00dfe",    "STRASSE",      "STRA\u1e9eE",   "nikos\u03c3",
      "nikos\u03c2",   "NIKOS\u03a3",    "istanbul",     "\u0130stanbul", "ISTANBUL",
      "\u0131stanbul", "i\u0307stanbul", "fi",           "\ufb01",        "ss",
      "\u017f\u017f",  "\u1f80",         "\u1f00\u03b9", "\u01f0",        "J\u030c",
      "\u1c80",        "\u0432",         "\u0412",       "\u13a0",        "\uab70"};
  for (const std::string_view one : locals) {
    for (const std::string_view other : locals) {
      const EmailAddress a = Must(EmailAddress::Parse(StrCat(one, "@example.com")));
      const EmailAddress b = Must(EmailAddress::Parse(StrCat(other, "@example.com")));
      CAPTURE(a.text(), b.text());
      CHECK((a == b) == (NfkcLowercase(a.text()) == NfkcLowercase(b.text())));
    }
  }
  for (const auto& [one, other] :
       {std::pair("stra\u00dfe", "strasse"), std::pair("\u03c2", "\u03c3"), std::pair("\u0130", "i"),
        std::pair("\u0131", "i"), std::pair("\u1f80", "\u1f00\u03b9")}) {
    CAPTURE(one, other);
    CHECK(KeyOf(StrCat(one, "@example.com")) != KeyOf(StrCat(other, "@example.com")));
  }
}

TEST_CASE("former_key returns the case-folded key that earlier versions stored") {
  CHECK(Must(EmailAddress::Parse("Stra\u00dfe@m\u00fcnchen.de")).former_key() == "strasse@xn--mnchen-3ya.de");
  CHECK(Must(EmailAddress::Parse("nikos\u03c2@example.com")).former_key() == "nikos\u03c3@example.com");
  CHECK(Must(EmailAddress::Parse("Ada@Example.com")).former_key() == "ada@example.com");
}

TEST_CASE("An address is accepted if a label of its domain has hyphens in positions 3 and 4") {
  for (const std::string_view text : {"ada@r3---sn.example.com", "ada@ab--cd.example"}) {
    CAPTURE(text);
    CHECK(TextOf(text) == text);
    CHECK(KeyOf(text) == text);
  }
}

TEST_CASE("Every common form of an address is accepted") {
  for (const std::string_view text :
       {"a@b.de", "first.last@example.com", "user+tag@example.co.uk", "o'brien@example.ie",
        "a_b-c@example.com", "!#$%&'*+-/=?^_`{|}~@example.com", "1@example.com", "x@sub.sub.sub.example.com",
        "x@xn--mnchen-3ya.de", "j\xc3\xb6rg@m\xc3\xbcnchen.de",
        "\xe7\x94\xa8\xe6\x88\xb7@\xe4\xbe\x8b\xe5\xad\x90.\xe4\xb8\xad\xe5\x9b\xbd", "a@1and1.com",
        "a@a-b.com"}) {
    CAPTURE(text);
    CHECK(IsAddress(text));
  }
}

TEST_CASE("All spellings of an address have the same key") {
  const std::pair<std::string_view, std::string_view> equal[] = {
      {"Ada@Example.com", "ada@eXAMPLE.COM"},
      {"a@m\xc3\xbcnchen.de", "a@xn--mnchen-3ya.de"},
      {"a@M\xc3\x9cNCHEN.DE", "a@XN--MNCHEN-3YA.de"},
      {"a@mu\xcc\x88nchen.de", "a@m\xc3\xbcnchen.de"},
      {"J\xc3\x96RG@example.com", "jo\xcc\x88rg@example.com"},
      {"\xef\xbd\x81\xef\xbd\x84\xef\xbd\x81@example.com", "ada@example.com"},
      {"ada@\xef\xbd\x85xample.com", "ada@example.com"},
      {"ada@example\xe3\x80\x82"
       "com",
       "ada@example.com"},
      {"a\xe2\x80\x8b"
       "da@example.com",
       "ada@example.com"},
      {"ad\xc2\xad"
       "a@exam\xc2\xadple.com",
       "ada@example.com"},
  };
  for (const auto& [one, other] : equal) {
    CAPTURE(one, other);
    CHECK(IsAddress(one));
    CHECK(KeyOf(one) == KeyOf(other));
  }
}

TEST_CASE("Different addresses have different keys") {
  CHECK(KeyOf("a.b@example.com") != KeyOf("ab@example.com"));
  CHECK(KeyOf("a+b@example.com") != KeyOf("a@example.com"));
  CHECK(KeyOf("a@example.com") != KeyOf("a@example.org"));
  CHECK(KeyOf("a@stra\xc3\x9f"
              "e.de") != KeyOf("a@strasse.de"));
}

TEST_CASE("KeyPrefix of the first characters of an address is a prefix of the address's key") {
  const auto prefix = [](std::string_view text) { return EmailAddress::KeyPrefix(text).value_or("refused"); };
  CHECK(prefix("").empty());
  CHECK(prefix(" Ada.L") == "ada.l");
  CHECK(prefix("J\xc3\x96") == "j\xc3\xb6");
  CHECK(prefix("a\xe2\x80\x8b"
               "d") == "ad");
  CHECK(prefix("Ada@") == "ada@");
  CHECK(prefix("Ada@EXAM") == "ada@exam");
  CHECK(prefix("ada@a-") == "ada@a-");
  CHECK(prefix("ada@example.") == "ada@example.");
  CHECK(prefix("ada@XN-") == "ada@xn-");
  CHECK(prefix("ada@xn--M") == "ada@xn--m");
  CHECK(prefix("ada@M\xc3\x9cNCHEN.d") == "ada@xn--mnchen-3ya.d");
  CHECK(prefix("a@stra\xc3\x9f"
               "e.de") == "a@xn--strae-oqa.de");
  CHECK(prefix(std::string_view("a@b\0c", 5)) == std::string_view("a@b\0c", 5));
  CHECK(prefix("\xff") == "refused");

  const std::string address = "Ada.Lovelace+post@Sub-Domain.Example.COM";
  for (std::size_t size = 0; size <= address.size(); ++size) {
    CAPTURE(address.substr(0, size));
    CHECK(KeyOf(address).starts_with(prefix(address.substr(0, size))));
    CHECK(prefix(address.substr(0, size)).size() == size);
  }
}

TEST_CASE("A text that does not have the form local@domain is rejected") {
  for (const std::string_view text : {"",
                                      " ",
                                      "\xe3\x80\x80",
                                      "plain",
                                      "@",
                                      "a@",
                                      "@b.de",
                                      "a.b.de",
                                      "a@@b.de",
                                      "a@b@c.de",
                                      "a b@c.de",
                                      "a@b c.de",
                                      ".a@b.de",
                                      "a.@b.de",
                                      "a..b@c.de",
                                      "Ada <a@b.de>",
                                      "<a@b.de>",
                                      "a@b.de,c@d.de",
                                      "a@b.de;c@d.de",
                                      "mailto:a@b.de",
                                      "\"a b\"@c.de",
                                      "\"a\"@c.de",
                                      "a\"b@c.de",
                                      "a\\b@c.de",
                                      "(c)a@b.de",
                                      "a@b.de(c)",
                                      "a:b@c.de",
                                      "a,b@c.de",
                                      "a[b]@c.de"}) {
    CAPTURE(text);
    CHECK_FALSE(IsAddress(text));
  }
}

TEST_CASE("An address without a valid domain name after the @ is rejected") {
  for (const std::string_view text : {"a@localhost",
                                      "a@com",
                                      "a@b.de.",
                                      "a@.b.de",
                                      "a@b..de",
                                      "a@.",
                                      "a@-b.de",
                                      "a@b-.de",
                                      "a@b_c.de",
                                      "a@b!.de",
                                      "a@[127.0.0.1]",
                                      "a@127.0.0.1",
                                      "a@[IPv6:::1]",
                                      "a@b.de/x",
                                      "a@b.de:25",
                                      "a@b.de?x",
                                      "a@xn--\xc3\xbc.de",
                                      "a@xn--a.de",
                                      "a@\xe3\x80\x82",
                                      "a@b\xe3\x80\x82",
                                      "a@\xc2\xad.\xc2\xad",
                                      "a@b%de.com"}) {
    CAPTURE(text);
    CHECK_FALSE(IsAddress(text));
  }
  CHECK_FALSE(IsAddress(StrCat("a@", std::string(64, 'b'), ".de")));
  CHECK(IsAddress(StrCat("a@", std::string(63, 'b'), ".de")));
}

TEST_CASE("An address with more than 64 octets before the @ or 254 octets in total is rejected") {
  const std::string domain =
      StrCat(std::string(63, 'b'), ".", std::string(63, 'c'), ".", std::string(56, 'd'), ".de");
  const std::string longest = StrCat(std::string(64, 'a'), "@", domain);
  REQUIRE(longest.size() == 252);
  CHECK(IsAddress(longest));
  CHECK_FALSE(IsAddress(StrCat("a", longest)));
  const std::string longer = StrCat(std::string(64, 'a'), "@x.", domain);
  REQUIRE(longer.size() == 254);
  CHECK(IsAddress(longer));
  const std::string too_long = StrCat(std::string(64, 'a'), "@xx.", domain);
  REQUIRE(too_long.size() == 255);
  CHECK_FALSE(IsAddress(too_long));
  CHECK_FALSE(IsAddress(std::string(1'000'000, 'a')));
  // The limit applies to the domain in ASCII.
  const std::string label = StrCat(std::string(50, 'b'), "\u00fc.");
  const std::string expanding = StrCat("@", label, label, label, label, "de");
  CHECK(IsAddress(StrCat("a", expanding)));
  REQUIRE(StrCat(std::string(30, 'a'), expanding).size() <= EmailAddress::kMaxOctets);
  CHECK(TextOf(StrCat(std::string(30, 'a'), expanding)) ==
        "refused: must be at most 254 octets long with its domain in ASCII");
  // The limits count octets, not characters.
  CHECK_FALSE(IsAddress(StrCat(std::string(63, 'a'), "\xc3\xa4@b.de")));
}

TEST_CASE("An address with control characters or line breaks is rejected") {
  for (const std::string_view text :
       {"a@b.de\r\nBcc: c@d.de", "a\r\n@b.de", "a@b.de\nX", "a@b\r.de", "a\tb@c.de",
        "a@b.de\x7f"
        "c.de",
        "a\x01@b.de", "a\xc2\x85@b.de", "a\xe2\x80\xa8@b.de", "a@b.de\xe2\x80\xa8x.de", "a@b\x1b[31m.de"}) {
    CAPTURE(text);
    CHECK_FALSE(IsAddress(text));
  }
  using std::string_view_literals::operator""sv;
  for (const std::string_view text : {"a@b.de\0"sv, "a@b.de\0\r\nBcc: c@d.de"sv, "a@b.de\0.com"sv,
                                      "a\0@b.de"sv, "\0a@b.de"sv, "a@\0b.de"sv}) {
    CAPTURE(text);
    CHECK_FALSE(IsAddress(text));
  }
}

TEST_CASE("An address with a character that normalizes to a separator is rejected") {
  for (const std::string_view text : {"a\xef\xbc\xa0"
                                      "b@c.de",  // a full-width @
                                      "a@b\xef\xbc\xa0"
                                      "c.de",
                                      "a\xef\xbc\x8e\xef\xbc\x8e"
                                      "b@c.de",  // full-width full stops
                                      "\xef\xbc\x8e"
                                      "a@b.de",
                                      "\xef\xbc\x9c"
                                      "a@b.de",  // a full-width <
                                      "a\xc2\xa0"
                                      "b@c.de",                // a no-break space
                                      "\xe2\x80\x8b@b.de",     // only a zero-width space
                                      "a@\xe2\x84\x80.de"}) {  // a/c
    CAPTURE(text);
    CHECK_FALSE(IsAddress(text));
  }
}

TEST_CASE("An address with malformed UTF-8 is rejected") {
  CHECK_FALSE(IsAddress("a\xff@b.de"));
  CHECK_FALSE(IsAddress("a@b\xc3.de"));
  CHECK_FALSE(IsAddress("\xed\xa0\x80@b.de"));
}

}  // namespace
}  // namespace keelson
