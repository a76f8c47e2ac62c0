// Tests the client's name in EHLO, and the validation of the server's host name.
#include <catch2/catch.hpp>

#include "adapters/email/smtp/helo_name.h"
#include "adapters/email/smtp/smtp_url.h"
#include "tests/contract/smtp/fixture.h"

namespace keelson {
namespace {

std::string Greeting(const std::string& helo) {
  ScriptedSmtpServer server(Friendly());
  SmtpOptions options = PlainOptions(server.port());
  options.helo = helo;
  CHECK(SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
  const auto heard = server.heard();
  return heard.empty() ? "" : heard[0].line;
}

TEST_CASE("EHLO contains the configured name, or a valid name of the machine", "[email]") {
  CHECK(Greeting("app.example.com") == "EHLO app.example.com");
  CHECK(Greeting("[192.0.2.1]") == "EHLO [192.0.2.1]");
  CHECK(Greeting("[IPv6:2001:db8::1]") == "EHLO [IPv6:2001:db8::1]");
  const std::string greeting = Greeting("");
  REQUIRE(greeting.starts_with("EHLO "));
  INFO(greeting);
  CHECK(CheckHelo(greeting.substr(5)).ok());
}

TEST_CASE("the name in EHLO must be a qualified host name or an address literal", "[email]") {
  for (const char* name :
       {"app.example.com", "a-1.example", "xn--bcher-kva.example", "[127.0.0.1]", "[IPv6:::1]"}) {
    CAPTURE(name);
    CHECK(CheckHelo(name).ok());
  }
  for (const std::string name :
       {"", "app", "localhost", "app.example.com.", ".example.com", "a_b.example.com", "-a.example.com",
        "bücher.example", "app example.com", "app.example.com\r\nMAIL", "192.0.2.1", "[192.0.2]",
        "[192.0.2.256]", "[2001:db8::1]", "[IPv6:192.0.2.1]", "[IPv6:2001:db8::1", "[]"}) {
    CAPTURE(name);
    CHECK_FALSE(CheckHelo(name).ok());
    if (name.empty()) continue;
    ScriptedSmtpServer server(Friendly());
    SmtpOptions options = PlainOptions(server.port());
    options.helo = name;
    const SendOutcome outcome = SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon());
    CHECK(outcome.kind == Kind::kConfig);
    CHECK_THAT(outcome.error, Catch::StartsWith("email.smtp.helo must be a fully qualified host name"));
    CHECK(server.connections() == 0);
  }
  CHECK_FALSE(CheckHelo(std::string(64, 'a') + ".example").ok());
}

TEST_CASE("the machine's qualified name is its host name or the canonical name in the hosts file",
          "[email]") {
  constexpr std::string_view kHosts =
      "127.0.0.1 localhost.localdomain localhost\n"
      "# 192.0.2.7 wrong.example.com app\n"
      "192.0.2.8\tother.example.com other\n"
      "192.0.2.9 \t app.example.com  app # the host\n";
  CHECK(QualifiedName("host.example.com", kHosts) == "host.example.com");
  CHECK(QualifiedName("app", kHosts) == "app.example.com");
  CHECK(QualifiedName("APP", kHosts) == "app.example.com");
  CHECK(QualifiedName("localhost", kHosts).empty());
  CHECK(QualifiedName("localhost.localdomain", kHosts).empty());
  CHECK(QualifiedName("unknown", kHosts).empty());
  CHECK(QualifiedName("3f2a9c1b", "172.17.0.2 3f2a9c1b\n").empty());
}

TEST_CASE("the default EHLO name is valid for a server given by name or by address", "[email]") {
  for (const char* server : {"localhost", "127.0.0.1", "::1", "[::1]", "relay.example.com", "192.0.2.1",
                             "2001:db8::1", "fe80::1"}) {
    CAPTURE(server, DefaultHelo(server));
    CHECK(CheckHelo(DefaultHelo(server)).ok());
  }
}

TEST_CASE("the SMTP server's host must be a name or an IP address, with or without brackets for IPv6",
          "[email]") {
  for (const char* host : {"relay.example.com", "localhost", "127.0.0.1", "::1", "[::1]"}) {
    CAPTURE(host);
    CHECK(CheckSmtpHost(host).ok());
  }
  for (const char* host : {"", "relay/?@x y", "relay:25", "[::1", "a b"}) {
    CAPTURE(host);
    CHECK_FALSE(CheckSmtpHost(host).ok());
  }
}

}  // namespace
}  // namespace keelson
