#include "core/common/ip_address.h"

#include <catch2/catch.hpp>
#include <utility>

namespace keelson {
namespace {

// The canonical text, or "invalid".
std::string Canonical(std::string_view text) {
  const std::optional<IpAddress> address = IpAddress::Parse(text);
  return address ? address->ToString() : "invalid";
}

TEST_CASE("IpAddress writes every spelling of an address as its canonical text") {
  for (const auto& [text, canonical] : {
           std::pair("192.0.2.1", "192.0.2.1"),
           std::pair("0.0.0.0", "0.0.0.0"),
           std::pair("255.255.255.255", "255.255.255.255"),
           std::pair("::ffff:192.0.2.1", "192.0.2.1"),
           std::pair("0:0:0:0:0:FFFF:c000:201", "192.0.2.1"),
           std::pair("::", "::"),
           std::pair("::1", "::1"),
           std::pair("1::", "1::"),
           std::pair("2001:DB8:0:0:0:0:0:0001", "2001:db8::1"),
           std::pair("2001:db8::192.0.2.1", "2001:db8::c000:201"),
           // RFC 5952, 4.2: one zero is not shortened; of two sequences, the longer or the first one is.
           std::pair("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
           std::pair("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
           std::pair("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
           std::pair("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
           std::pair("0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"),
       }) {
    CAPTURE(text);
    CHECK(Canonical(text) == canonical);
    CHECK(Canonical(canonical) == canonical);
  }
}

TEST_CASE("IpAddress rejects every other text") {
  for (const std::string_view text : {
           "",
           "x",
           "1",
           "1.2.3",
           "1.2.3.4.5",
           "256.1.1.1",
           "01.2.3.4",
           "1.2.3.",
           "1.2.3.-4",
           "1.2.3.+4",
           "1.2.3.4 ",
           " ::1",
           ":",
           ":::",
           "1::2::3",
           "::1:",
           ":1::2",
           "1:2:3:4:5:6:7",
           "12345::",
           "::g",
           "fe80::1%eth",
           "1:2:3:4:5:6:7:8:9",
           "1:2:3:4::5:6:7:8",
           "::1.2.3",
           "1.2.3.4::",
           "[::1]",
           "::1.2.3.4:5",
           "::-1",
           "0x1.2.3.4",
           "localhost",
       }) {
    CAPTURE(text);
    CHECK(Canonical(text) == "invalid");
  }
  CHECK(Canonical(std::string(1'000'000, ':')) == "invalid");
  CHECK(Canonical(std::string_view("::1\0", 4)) == "invalid");
}

TEST_CASE("The network of an IPv6 address has 64 bits, and the network of an IPv4 address is the address") {
  const auto network = [](std::string_view text) {
    return IpAddress::Parse(text).value().Network().ToString();
  };
  CHECK(network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::");
  CHECK(network("2001:db8:1:2::") == "2001:db8:1:2::");
  CHECK(network("192.0.2.1") == "192.0.2.1");
  CHECK(network("::ffff:192.0.2.1") == "192.0.2.1");
}

}  // namespace
}  // namespace keelson
