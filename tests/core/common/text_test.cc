#include "core/common/text.h"

#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

TEST_CASE("Malformed UTF-8 of every sort is told apart from text") {
  const std::string_view malformed[] = {
      "\x80",              // a continuation without a start
      "\xc3",              // cut short
      "\xe2\x82",          // cut short
      "\xf0\x9f\x98",      // cut short
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

TEST_CASE("Length is counted in code points") {
  CHECK(CountCodePoints("") == 0);
  CHECK(CountCodePoints("abc") == 3);
  CHECK(CountCodePoints("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") == 3);
}

TEST_CASE("White space of any script is trimmed at the ends and kept within") {
  CHECK(Trim("  a b \t\r\n") == "a b");
  CHECK(Trim("\xc2\xa0\xe3\x80\x80 a \xe2\x80\xa8\xe2\x80\xa9\xc2\x85\xe1\x9a\x80") == "a");
  CHECK(Trim("") == "");
  CHECK(Trim(" \xe2\x80\x83 ") == "");
  CHECK(Trim("a") == "a");
  CHECK(Trim(" \xff ") == "\xff");
  // Not white space to Unicode: zero width space.
  CHECK(Trim("\xe2\x80\x8b") == "\xe2\x80\x8b");
}

TEST_CASE("Characters that break lines, headers or terminals are found") {
  for (const std::string_view text : {"a\rb", "a\nb", "a\tb", "\x1b[31m", "\x7f", "\xc2\x85", "\xc2\x9b",
                                      "a\xe2\x80\xa8", "a\xe2\x80\xa9"}) {
    CHECK(HasControlCharacters(text));
  }
  CHECK(HasControlCharacters(std::string_view("a\0", 2)));
  CHECK_FALSE(HasControlCharacters("Zo\xc3\xab \xf0\x9f\x98\x80 \xc2\xa0"));
}

TEST_CASE("Spellings that look alike have one normal form") {
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

Fields LineFaults(std::string_view text, std::size_t most) {
  FieldErrors errors;
  CheckLine("name", text, most, errors);
  return BadFields(errors.ToStatus());
}

TEST_CASE("A line of text is refused where it is too long, malformed or more than a line") {
  CHECK(LineFaults("\xc3\xa4\xc3\xa4\xc3\xa4", 3).empty());
  CHECK(LineFaults("", 3).empty());
  CHECK(LineFaults("aaaa", 3) == Fields{"name"});
  CHECK(LineFaults("a\n", 3) == Fields{"name"});
  CHECK(LineFaults("\xff\xff\xff\xff", 3) == Fields{"name"});
  CHECK(LineFaults("aaaa\n", 3) == Fields{"name", "name"});
}

Fields LabelFaults(const Labels& labels) {
  FieldErrors errors;
  CheckLabels("labels", labels, errors);
  const absl::Status status = errors.ToStatus();
  CHECK(IsValidUtf8(std::string(status.message())));
  for (const std::string& field : BadFields(status)) CHECK(IsValidUtf8(field));
  return BadFields(status);
}

TEST_CASE("Labels are held to their number and to their sizes in bytes") {
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

TEST_CASE("Labels with the character NUL are refused") {
  const std::string text("a\0b", 3);
  CHECK(LabelFaults({{"a", text}, {"b", "v"}}) == Fields{"labels[\"a\"]"});
  CHECK(LabelFaults({{text, "v"}}) == Fields{"labels"});
}

TEST_CASE("Labels that are not UTF-8 are refused, and not repeated in the error") {
  CHECK(LabelFaults({{"a", "\xff"}}) == Fields{"labels[\"a\"]"});
  CHECK(LabelFaults({{"\xff", "v"}, {"\xfe", "v"}, {"a", "v"}}) == Fields{"labels", "labels"});
}

}  // namespace
}  // namespace keelson
