#include "core/common/text.h"

#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

TEST_CASE("IsValidUtf8 detects every kind of malformed UTF-8") {
  const std::string_view malformed[] = {
      "\x80",              // a continuation without a start
      "\xc3",              // truncated
      "\xe2\x82",          // truncated
      "\xf0\x9f\x98",      // truncated
      "\xc0\xaf",          // overlong
      "\xe0\x80\xaf",      // overlong
      "\xf0\x80\x80\xaf",  // overlong
      "\xed\xa0\x80",      // a surrogate
      "\xf4\x90\x80\x80",  // beyond U+10FFFF
      "\xff",
      "\xfe",
      "good\xc3(bad",
  };
  for (const std::string_view text : malformed) {
    CAPTURE(text);
    CHECK_FALSE(IsValidUtf8(text));
    CHECK_FALSE(IsValidUtf8(StrCat("abc", text)));
    CHECK_FALSE(Nfkc(text).has_value());
    CHECK_FALSE(NfkcCasefold(text).has_value());
  }
  CHECK(IsValidUtf8(""));
  CHECK(IsValidUtf8("Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf"));
  CHECK(IsValidUtf8(std::string_view("a\0b", 3)));
}

TEST_CASE("ToValidUtf8 replaces invalid bytes and keeps valid text") {
  CHECK(ToValidUtf8("") == "");
  CHECK(ToValidUtf8("Zo\xc3\xab") == "Zo\xc3\xab");
  CHECK(ToValidUtf8("a\xff"
                    "b\xc3") ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd");
  CHECK(IsValidUtf8(ToValidUtf8("\xed\xa0\x80\xf0\x9f\x98")));
}

TEST_CASE("CountCodePoints counts code points, not bytes") {
  CHECK(CountCodePoints("") == 0);
  CHECK(CountCodePoints("abc") == 3);
  CHECK(CountCodePoints("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") == 3);
}

TEST_CASE("Trim removes Unicode white space at both ends, but not inside the text") {
  CHECK(Trim("  a b \t\r\n") == "a b");
  CHECK(Trim("\xc2\xa0\xe3\x80\x80 a \xe2\x80\xa8\xe2\x80\xa9\xc2\x85\xe1\x9a\x80") == "a");
  CHECK(Trim("") == "");
  CHECK(Trim(" \xe2\x80\x83 ") == "");
  CHECK(Trim("a") == "a");
  CHECK(Trim(" \xe2\x80 a") == "\xe2\x80 a");
  CHECK(Trim(" \xc3\xa9 b") == "\xc3\xa9 b");
  CHECK(Trim(" \xff ") == "\xff");
  // U+200B ZERO WIDTH SPACE is not white space in Unicode.
  CHECK(Trim("\xe2\x80\x8b") == "\xe2\x80\x8b");
}

TEST_CASE("HasControlCharacters detects C0, DEL, C1 and the separators U+2028 and U+2029") {
  for (const std::string_view text : {"a\rb", "a\nb", "a\tb", "\x1b[31m", "\x7f", "\xc2\x85", "\xc2\x9b",
                                      "a\xe2\x80\xa8", "a\xe2\x80\xa9"}) {
    CHECK(HasControlCharacters(text));
  }
  CHECK(HasControlCharacters(std::string_view("a\0", 2)));
  CHECK_FALSE(HasControlCharacters("Zo\xc3\xab \xf0\x9f\x98\x80 \xc2\xa0"));
}

TEST_CASE("Nfkc composes characters and replaces compatibility characters; NfkcCasefold also folds case") {
  CHECK(Nfkc("e\xcc\x81") == "\xc3\xa9");
  CHECK(Nfkc("\xef\xac\x81") == "fi");
  CHECK(Nfkc("\xef\xbc\xa1") == "A");
  CHECK(NfkcCasefold("\xef\xbc\xa1") == "a");
  CHECK(NfkcCasefold("STRASSE") == NfkcCasefold("stra\xc3\x9f"
                                                "e"));
  CHECK(NfkcCasefold("\xce\xa3") == NfkcCasefold("\xcf\x82"));
  CHECK(NfkcCasefold("a\xc2\xad"
                     "b\xe2\x80\x8b") == "ab");
  CHECK(NfkcCasefold("E\xcc\x81") == "\xc3\xa9");
}

TEST_CASE("NfkcLowercase maps case pairs and keeps all other letters distinct") {
  CHECK(NfkcLowercase("Ada.L\u00d6VE") == "ada.l\u00f6ve");
  CHECK(NfkcLowercase("\uff21\u212a\ufb01") == "akfi");
  CHECK(NfkcLowercase("E\u0301") == "\u00e9");
  CHECK(NfkcLowercase("J\u030c") == "\u01f0");
  CHECK(NfkcLowercase("\ufeffa\u00ad\u200b\u202e\ufe0fb") == "ab");
  CHECK(NfkcLowercase("\u1e9e") == "\u00df");
  CHECK(NfkcLowercase("\u03a3") == "\u03c3");
  CHECK(NfkcLowercase("\u00df") == "\u00df");
  CHECK(NfkcLowercase("\u03c2") == "\u03c2");
  CHECK(NfkcLowercase("\u0130") == "\u0130");
  CHECK(NfkcLowercase("\u0131") == "\u0131");
  CHECK(NfkcLowercase("") == "");
  CHECK_FALSE(NfkcLowercase("\xff").has_value());
}

TEST_CASE("NfkcWithoutInvisible removes invisible characters and preserves case") {
  CHECK(NfkcWithoutInvisible("\u200bAd\u00ada\u2060\ufe0f") == "Ada");
  CHECK(NfkcWithoutInvisible("\uff21\ufb01") == "Afi");
  CHECK_FALSE(NfkcWithoutInvisible("\xff").has_value());
}

TEST_CASE("VisibleText removes invisible and control characters, and white space at both ends") {
  CHECK(VisibleText(" \t\u3000pass\u200bword\u00a0\n") == "password");
  CHECK(VisibleText("pass\x01word\x7f") == "password");
  CHECK(VisibleText("a b") == "a b");
  CHECK(VisibleText("\ufb01 \u00e9") == "\ufb01 \u00e9");
  for (const std::string_view blank :
       {"", "        ", "\u200b\u200c\u200d\u2060", "\u2800\u2800", "\u3164\uffa0\u115f",
        "\ufe0f\u202e\u00ad", "\t\n\x01\x7f", "\u2028\u2029\u00a0\u1680", "\u061c\u180e\ufeff"}) {
    CAPTURE(blank);
    CHECK(VisibleText(blank).empty());
  }
}

Fields LineFaults(std::string_view text, std::size_t most) {
  FieldErrors errors;
  CheckLine("name", text, most, errors);
  return BadFields(errors.ToStatus());
}

TEST_CASE("CheckLine rejects a text that is too long, is not UTF-8 or has a line break") {
  CHECK(LineFaults("\xc3\xa4\xc3\xa4\xc3\xa4", 3).empty());
  CHECK(LineFaults("", 3).empty());
  CHECK(LineFaults("aaaa", 3) == Fields{"name"});
  CHECK(LineFaults("a\n", 3) == Fields{"name"});
  CHECK(LineFaults("\xff\xff\xff\xff", 3) == Fields{"name"});
  CHECK(LineFaults("aaaa\n", 3) == Fields{"name", "name"});
}

TEST_CASE("NormalizedReference trims white space and normalizes to NFC") {
  FieldErrors errors;
  const auto normal = [&](std::string_view text) { return NormalizedReference("field", text, 5, errors); };
  CHECK(normal("").empty());
  CHECK(normal("shop1") == "shop1");
  CHECK(normal(" \t\u00a0 a 1\u2028\r\n") == "a 1");
  CHECK(normal("e\u0301") == "\u00e9");
  CHECK(normal("\ufb01") == "\ufb01");
  // 10 code points before the normalization, 5 afterwards.
  CHECK(normal("e\u0301e\u0301e\u0301e\u0301e\u0301") == "\u00e9\u00e9\u00e9\u00e9\u00e9");
  CHECK(errors.empty());
}

TEST_CASE("NormalizedReference rejects a text that is blank, too long, not UTF-8 or has a line break") {
  const auto fault = [](std::string_view text) {
    FieldErrors errors;
    NormalizedReference("field", text, 5, errors);
    return std::string(errors.ToStatus().message());
  };
  for (const std::string_view blank : {" ", "\t\n", "\u00a0\u3000", "\u200b", "\u2800 \u00ad"}) {
    CAPTURE(blank);
    CHECK_THAT(fault(blank), Catch::Contains("field must not be blank"));
  }
  CHECK_THAT(fault("shop-1"), Catch::Contains("field must be at most 5 characters long"));
  CHECK_THAT(fault("\xff"), Catch::Contains("field must be valid UTF-8"));
  CHECK_THAT(fault("a\nb"), Catch::Contains("field must not have control characters"));
}

Fields LabelFaults(const Labels& labels) {
  FieldErrors errors;
  CheckLabels("labels", labels, errors);
  const absl::Status status = errors.ToStatus();
  CHECK(IsValidUtf8(std::string(status.message())));
  for (const std::string& field : BadFields(status)) CHECK(IsValidUtf8(field));
  return BadFields(status);
}

TEST_CASE("CheckLabels rejects too many labels, empty or long keys, and long values") {
  Labels labels;
  for (int i = 0; i < 64; ++i) labels[StrCat("k", i)] = "";
  CHECK(LabelFaults(labels).empty());
  labels["one more"] = "";
  CHECK(LabelFaults(labels) == Fields{"labels"});

  CHECK(LabelFaults({{std::string(64, 'k'), std::string(512, 'v')}}).empty());
  CHECK(LabelFaults({{std::string(65, 'k'), ""}}).size() == 1);
  CHECK(LabelFaults({{"", "v"}}) == Fields{"labels[\"\"]"});
  CHECK(LabelFaults({{"a", std::string(513, 'v')}, {"b", ""}}) == Fields{"labels[\"a\"]"});
}

TEST_CASE("Labels with the character NUL are rejected") {
  const std::string text("a\0b", 3);
  CHECK(LabelFaults({{"a", text}, {"b", "v"}}) == Fields{"labels[\"a\"]"});
  CHECK(LabelFaults({{text, "v"}}) == Fields{"labels"});
}

TEST_CASE("Labels that are not UTF-8 are rejected, and the error does not contain the invalid bytes") {
  CHECK(LabelFaults({{"a", "\xff"}}) == Fields{"labels[\"a\"]"});
  CHECK(LabelFaults({{"\xff", "v"}, {"\xfe", "v"}, {"a", "v"}}) == Fields{"labels", "labels"});
}

}  // namespace
}  // namespace keelson
