#include "core/common/host_name.h"

#include <catch2/catch.hpp>
#include <string>

namespace keelson {
namespace {

TEST_CASE("only localhost and loopback addresses are loopback hosts") {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.0.3", "::1", "[::1]"}) {
    CAPTURE(host);
    CHECK(IsLoopbackHost(host));
  }
  for (const char* host : {"", "127.0.0.256", "127.0.1", "127.0.0.1.2", "127.0.0.", "127.0.0.+1", "128.0.0.1",
                           "::2", "localhost.example.com", "127.0.0.1.example.com", "Localhost "}) {
    CAPTURE(host);
    CHECK_FALSE(IsLoopbackHost(host));
  }
}

TEST_CASE("a qualified host name has at least two labels of letters, digits and inner hyphens") {
  for (const std::string& name : {std::string("app.example.com"), std::string("a-1.example"),
                                  std::string("1.example"), std::string(63, 'a') + ".example"}) {
    CAPTURE(name);
    CHECK(IsQualifiedHostName(name));
  }
  std::string long_name = "example";
  while (long_name.size() <= 253) long_name = "a." + long_name;
  for (const std::string& name :
       {std::string(), std::string("app"), std::string("app.example."), std::string(".example"),
        std::string("a..b"), std::string("a_b.example"), std::string("-a.example"), std::string("a-.example"),
        std::string("bücher.example"), std::string("192.0.2.1"), std::string("a b.example"),
        std::string(64, 'a') + ".example", long_name}) {
    CAPTURE(name);
    CHECK_FALSE(IsQualifiedHostName(name));
  }
}

}  // namespace
}  // namespace keelson
