#include "core/common/domain_name.h"

#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

bool IsDomain(std::string_view text) {
  return AsciiDomain(text).ok();
}

TEST_CASE("An ASCII label may have hyphens in positions 3 and 4") {
  for (const std::string_view domain :
       {"r3---sn.example.com", "ab--cd.example", "example.ab--cd", "a---b.example", "1a--1a.de"}) {
    CAPTURE(domain);
    CHECK(Must(AsciiDomain(domain)) == domain);
  }
  CHECK(Must(AsciiDomain("R3---SN.Example.COM")) == "r3---sn.example.com");
  CHECK(Must(AsciiDomain("ab--cd.b\u00fccher.example")) == "ab--cd.xn--bcher-kva.example");
  CHECK(Must(AsciiDomain("xn--bcher-kva.ab--cd.example")) == "xn--bcher-kva.ab--cd.example");
}

TEST_CASE("IDNA checks labels that begin with xn--, in any case") {
  CHECK(Must(AsciiDomain("XN--BCHER-KVA.example")) == "xn--bcher-kva.example");
  for (const std::string_view domain :
       {"xn--a.de", "XN--A.de", "xn--.de", "xn--zzzz.de", "xn--\u00fc.de", "a.xn--a.de", "a.xn--a"}) {
    CAPTURE(domain);
    CHECK_FALSE(IsDomain(domain));
  }
}

TEST_CASE("IDNA checks and maps labels that are not ASCII") {
  CHECK(Must(AsciiDomain("stra\u00dfe.de")) == "xn--strae-oqa.de");
  CHECK(Must(AsciiDomain("\uff45xample\u3002com")) == "example.com");
  CHECK(Must(AsciiDomain("example\uff0ecom")) == "example.com");
  CHECK(Must(AsciiDomain("example\uff61com")) == "example.com");
  CHECK_FALSE(IsDomain("m\u00fc--x.de"));
  CHECK_FALSE(IsDomain("example.com\u3002"));
}

TEST_CASE("AsciiDomain rejects a single label, labels and names that are too long, and invalid characters") {
  const std::string longest_label(63, 'b');
  CHECK(IsDomain(StrCat(longest_label, ".de")));
  CHECK_FALSE(IsDomain(StrCat(longest_label, "b.de")));
  const std::string labels = StrCat(longest_label, ".", longest_label, ".", longest_label, ".");
  CHECK(IsDomain(StrCat(labels, std::string(61, 'c'))));
  CHECK_FALSE(IsDomain(StrCat(labels, std::string(62, 'c'))));
  for (const std::string_view domain : {"", ".", "com", "a.b.", ".a.b", "a..b", "-a.de", "a-.de", "a_b.de",
                                        "a b.de", "a.1", "127.0.0.1", "a.de\r\nb"}) {
    CAPTURE(domain);
    CHECK_FALSE(IsDomain(domain));
  }
  CHECK_FALSE(IsDomain(std::string_view("a.de\0.com", 9)));
}

TEST_CASE("UnicodeDomain decodes labels that begin with xn-- and keeps other labels") {
  CHECK(UnicodeDomain("xn--bcher-kva.example") == "b\u00fccher.example");
  CHECK(UnicodeDomain("r3---sn.example.com") == "r3---sn.example.com");
  CHECK(UnicodeDomain("ab--cd.xn--bcher-kva.example") == "ab--cd.b\u00fccher.example");
}

}  // namespace
}  // namespace keelson
