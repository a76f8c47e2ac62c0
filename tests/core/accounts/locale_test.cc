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

TEST_CASE("A BCP 47 language tag is accepted unless it is a private-use or grandfathered tag") {
  for (const std::string_view tag : {"en", "de", "pt-BR", "zh-Hans-CN", "sl-rozaj-biske", "de-CH-1996",
                                     "x-whatever", "i-klingon", "es-419", "DE", "gsw", "en-a-bbb-x-a-ccc"}) {
    CAPTURE(tag);
    // Private-use (x-…) and grandfathered (i-…) tags are rejected, because they identify no language.
    CHECK(IsLocale(tag) == (tag[1] != '-'));
  }
}

TEST_CASE("An invalid language tag is rejected") {
  for (const std::string_view tag :
       {"", "e", "-", "en-", "-en", "en--US", "en_US", "en US", "e1", "12", "abcdefghi", "en-abcdefghi",
        "../etc/passwd", "en/..", "en.", "en\n", "d\xc3\xa9", "en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"}) {
    CAPTURE(tag);
    CHECK_FALSE(IsLocale(tag));
  }
}

}  // namespace
}  // namespace keelson
