#include "core/accounts/password_policy.h"

#include <catch2/catch.hpp>

#include "common_passwords.h"
#include "core/common/strings.h"
#include "core/common/text.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

// Returns the form that is hashed, or the violated rule.
std::string Checked(std::string_view password, int min_length = 8) {
  FieldErrors errors;
  const std::optional<Secret> normal =
      CheckPassword("password", Secret(std::string(password)), min_length, errors);
  CHECK(normal.has_value() == errors.empty());
  if (normal) return std::string(normal->Reveal());
  const ErrorDetails details = Details(errors.ToStatus());
  REQUIRE(details.fields.size() == 1);
  CHECK(details.fields[0].field == "password");
  return details.fields[0].description;
}

TEST_CASE("A password must have from min_length to 256 code points") {
  CHECK(Checked("") == "must be at least 8 characters long");
  CHECK(Checked("zq8#Lwp") == "must be at least 8 characters long");
  CHECK(Checked("zq8#Lwp!") == "zq8#Lwp!");
  CHECK(Checked("zq8#Lwp!", 9) == "must be at least 9 characters long");
  const std::string seven =
      "\xf0\x9f\x98\x80\xf0\x9f\x98\x81\xf0\x9f\x98\x82\xf0\x9f\x98\x83\xf0\x9f\x98\x84"
      "\xf0\x9f\x98\x85\xf0\x9f\x98\x86";
  CHECK(Checked(seven) == "must be at least 8 characters long");
  CHECK(Checked(StrCat(seven, "\xe2\x82\xac")) == StrCat(seven, "\xe2\x82\xac"));
  const std::string longest(256, 'q');
  CHECK(Checked(longest) == longest);
  CHECK(Checked(longest + "q") == "must be at most 256 characters long");
  CHECK(Checked(std::string(1'000'000, 'q')) == "must be at most 256 characters long");
}

TEST_CASE("A password's length is counted after normalization") {
  // "é" as one code point, and as two code points that NFKC composes.
  const std::string composed = "\u00e9", decomposed = "e\u0301";
  const auto times = [](int count, const std::string& letter) {
    std::string password;
    for (int i = 0; i < count; ++i) password += letter;
    return password;
  };
  CHECK(Checked(times(4, composed)) == "must be at least 8 characters long");
  CHECK(Checked(times(4, decomposed)) == "must be at least 8 characters long");
  CHECK(Checked(times(8, composed)) == times(8, composed));
  CHECK(Checked(times(8, decomposed)) == times(8, composed));
  CHECK(Checked(times(256, decomposed)) == times(256, composed));
  CHECK(Checked(times(257, composed)) == "must be at most 256 characters long");
  CHECK(Checked(times(257, decomposed)) == "must be at most 256 characters long");
  // NFKC decomposes a ligature.
  CHECK(Checked(times(4, "\ufb01")) == "fifififi");
  CHECK(Checked(times(129, "\ufb01")) == "must be at most 256 characters long");
}

TEST_CASE("A password of only spaces and invisible characters is rejected") {
  const std::string rule = "must not consist of spaces and invisible characters alone";
  for (const std::string_view letter :
       {" ",      "\t",     "\n",     "\x01",   "\x7f",   "\u00a0",    "\u3000",
        "\u1680", "\u2028", "\u200b", "\u200d", "\u2060", "\ufeff",    "\u00ad",
        "\u202e", "\ufe0f", "\u3164", "\u2800", "\u180e", "\U000e0020"}) {
    std::string password;
    for (int i = 0; i < 8; ++i) password += letter;
    CAPTURE(password);
    CHECK(Checked(password) == rule);
    CHECK(Checked(StrCat(password, " ")) == rule);
  }
  CHECK(Checked(std::string(8, '\0')) == rule);
}

TEST_CASE("A common password with added spaces or invisible characters is rejected") {
  for (const std::string_view common :
       {" password ", "password\u200b", "\u200bpassword", "pass\u00adword", "pass\u2060word\u00a0",
        "\tpassword\n", "pass\x01word", "password\u2800", "  12345678", "PassWord1\ufe0f ",
        "\uff50assword\u3000"}) {
    CAPTURE(common);
    CHECK(Checked(common) == "must not be one of the most common passwords");
  }
  CHECK(Checked("pass word ") == "pass word ");
}

TEST_CASE("The hashed form is the password in NFKC, including spaces and invisible characters") {
  for (const std::string_view password :
       {"  zq8#  L\t", "zq8#Lwp\u200b!", "\u00e9\u00e9\u00e9\u00e9zq8#", "e\u0301e\u0301e\u0301e\u0301zq8#",
        "\uff5aq8#Lwp!", "zq8#\u00a0Lwp!", "\ufb01\ufb01\ufb01\ufb01zq"}) {
    CAPTURE(password);
    CHECK(Checked(password) == Nfkc(password).value());
  }
}

TEST_CASE("A password may have any characters, including spaces and control characters at its ends") {
  CHECK(Checked("  zq8#  L\t") == "  zq8#  L\t");
  CHECK(Checked(std::string_view("zq8\0#Lwp", 8)) == std::string("zq8\0#Lwp", 8));
  CHECK(Checked("zq8#Lwp\xff") == "must be valid UTF-8");
}

TEST_CASE("Canonically equivalent spellings of a password have the same hashed form") {
  CHECK(Checked("p\xc3\xa4sswort-lang") == Checked("pa\xcc\x88sswort-lang"));
  CHECK(Checked("\xef\xbc\xbaQ8#Lwp!") == "ZQ8#Lwp!");
  CHECK(Checked("zq8#lwp!") != Checked("ZQ8#LWP!"));
}

TEST_CASE("A common password is rejected, also in other case or in full-width letters") {
  for (const std::string_view common :
       {"password", "PASSWORD", "PaSsWoRd", "12345678", "iloveyou", "password1",
        "\xef\xbd\x90"
        "assword",
        "QWERTYUIOP"}) {
    CAPTURE(common);
    CHECK(Checked(common) == "must not be one of the most common passwords");
  }
  CHECK_FALSE(IsCommonPassword(""));
  CHECK_FALSE(IsCommonPassword("password password"));
  CHECK_FALSE(IsCommonPassword("password\n"));
  CHECK_FALSE(IsCommonPassword("correct horse battery staple"));
  CHECK_FALSE(IsCommonPassword("\xff"));
}

TEST_CASE("A user's own address and name are rejected as password, in any spelling") {
  const auto rejected = [](const std::string& password) {
    FieldErrors errors;
    CheckNotOwnName("new_password", Secret(password), "Ada.Lovelace@Example.com", "Ada L\u00f6velace",
                    errors);
    CHECK((errors.empty() || BadFields(errors.ToStatus()) == Fields{"new_password"}));
    return !errors.empty();
  };
  for (const std::string password :
       {"Ada.Lovelace@Example.com", "ada.lovelace@example.com", "ADA.LOVELACE", "ada l\u00f6velace",
        " Ada L\u00f6velace ", "ada l\u00f6ve\u200blace", "ada lo\u0308velace", "\uff41da.lovelace"}) {
    CAPTURE(password);
    CHECK(rejected(password));
  }
  for (const std::string password : {"ada.lovelace1", "adal\u00f6velace", "example.com", "Ada.Lovelace@"}) {
    CAPTURE(password);
    CHECK_FALSE(rejected(password));
  }
}

TEST_CASE("An empty name does not forbid any password") {
  FieldErrors errors;
  CheckNotOwnName("password", Secret("zq8#Lwp!"), "", "", errors);
  CHECK(errors.empty());
}

TEST_CASE("NormalizePassword returns the hashed form of passwords that break the rules for new passwords") {
  const auto normalized = [](const std::string& password) {
    FieldErrors errors;
    const std::optional<Secret> normal = NormalizePassword("password", Secret(password), errors);
    CHECK(normal.has_value() == errors.empty());
    return normal ? std::string(normal->Reveal()) : Details(errors.ToStatus()).fields.at(0).description;
  };
  CHECK(normalized("") == "");
  CHECK(normalized("password") == "password");
  CHECK(normalized("e\u0301") == "\u00e9");
  CHECK(normalized("\xff") == "must be valid UTF-8");
  CHECK(normalized(std::string(257, 'q')) == "must be at most 256 characters long");
}

TEST_CASE("Every entry of the list of common passwords is found") {
  std::size_t entries = 0;
  for (const auto& list : common_passwords()) {
    std::string_view text = list.text;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view entry = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      ++entries;
      if (!IsCommonPassword(entry)) FAIL("not found: " << entry);
      // This text would stand directly after `entry` in the sorted list, which does not contain it.
      if (IsCommonPassword(StrCat(entry, "\x01"))) FAIL("found: " << entry << " and a control character");
    }
  }
  CHECK(entries > 10'000);
}

}  // namespace
}  // namespace keelson
