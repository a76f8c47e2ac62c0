#include "core/common/locale.h"

#include <catch2/catch.hpp>

#include "tests/support/status_checks.h"

namespace keelson {
namespace {

bool IsLocale(std::string_view tag) {
  FieldErrors errors;
  CheckLocale("locale", tag, errors);
  return errors.empty();
}

TEST_CASE("A locale is a language tag of BCP 47") {
  for (const std::string_view tag : {"en", "de", "pt-BR", "zh-Hans-CN", "sl-rozaj-biske", "de-CH-1996",
                                     "x-whatever", "i-klingon", "es-419", "DE", "gsw", "en-a-bbb-x-a-ccc"}) {
    CAPTURE(tag);
    // "x" and "i" begin private and old tags, which have no mails in any language.
    CHECK(IsLocale(tag) == (tag[1] != '-'));
  }
}

TEST_CASE("What is no language tag is refused") {
  for (const std::string_view tag :
       {"", "e", "-", "en-", "-en", "en--US", "en_US", "en US", "e1", "12", "abcdefghi", "en-abcdefghi",
        "../etc/passwd", "en/..", "en.", "en\n", "d\xc3\xa9", "en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"}) {
    CAPTURE(tag);
    CHECK_FALSE(IsLocale(tag));
  }
}

}  // namespace
}  // namespace keelson
