// Tests TLS and authentication: which data is sent unencrypted, and to which servers.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/notifications/message_repository.h"
#include "tests/contract/smtp/fixture.h"
#include "tests/support/http/self_signed.h"

namespace keelson {
namespace {

using Tls = ScriptedSmtpServer::Tls;

const std::vector<std::string> kSecureExtensions = {"SIZE", "STARTTLS", "AUTH PLAIN LOGIN"};

// A server with a certificate, and the CA file for the certificate.
struct Secured {
  explicit Secured(ScriptedSmtpServer::Script script, Tls tls = Tls::kStartTls)
      : context(servers::SelfSigned()),
        ca(servers::CertificatePem(context.get())),
        server(std::move(script), tls, context) {}

  SmtpOptions Options() const { return SecureOptions(server.port(), ca.path()); }
  // Whether the server received any line other than EHLO, STARTTLS and QUIT unencrypted.
  bool ReceivedSecretsUnencrypted() {
    const auto heard = server.heard();
    return std::any_of(heard.begin(), heard.end(), [](const auto& line) {
      return !line.secured && !line.line.starts_with("EHLO ") && line.line != "STARTTLS" &&
             line.line != "QUIT";
    });
  }

  std::shared_ptr<SSL_CTX> context;
  TemporaryFile ca;
  ScriptedSmtpServer server;
};

ScriptedSmtpServer::Script Secure(std::string beginning = "(nothing)", SmtpAnswer answer = {}) {
  return Friendly(std::move(beginning), std::move(answer), kSecureExtensions);
}

TEST_CASE("credentials and messages are sent only after the TLS handshake", "[email]") {
  Secured relay(Secure());
  SmtpEmailProvider provider(relay.Options());
  CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
  CHECK_FALSE(relay.ReceivedSecretsUnencrypted());
  CHECK(relay.server.HeardAny("AUTH PLAIN"));
  CHECK(relay.server.messages().size() == 1);
}

TEST_CASE("with implicit TLS, nothing is sent before the TLS handshake", "[email]") {
  Secured relay(Secure(), Tls::kImplicit);
  SmtpOptions options = relay.Options();
  options.tls = SmtpOptions::Tls::kImplicit;
  CHECK(SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
  const auto heard = relay.server.heard();
  CHECK(std::all_of(heard.begin(), heard.end(), [](const auto& line) { return line.secured; }));
  CHECK_FALSE(relay.server.HeardAny("STARTTLS"));
}

TEST_CASE("a server that offers no TLS receives neither credentials nor a message", "[email]") {
  Secured relay(Friendly("(nothing)", {}, {"AUTH PLAIN LOGIN"}));
  SmtpEmailProvider provider(relay.Options());
  CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kConfig);
  CHECK(provider.Probe(Soon()).kind == Kind::kConfig);
  CHECK_FALSE(relay.ReceivedSecretsUnencrypted());
}

TEST_CASE("a server that rejects STARTTLS receives neither credentials nor a message", "[email]") {
  for (const auto& [reply, kind] : {std::pair{"454 4.7.0 TLS not available", Kind::kUnreachable},
                                    std::pair{"502 5.5.1 no", Kind::kConfig}}) {
    Secured relay(Secure("STARTTLS", {.text = reply}));
    CHECK(SmtpEmailProvider(relay.Options()).Send(SampleEmail(), Soon()).kind == kind);
    CHECK_FALSE(relay.ReceivedSecretsUnencrypted());
  }
}

TEST_CASE("replies injected before the TLS handshake are not accepted", "[email]") {
  Secured relay(Secure("STARTTLS", {.text = "220 go on\r\n250 2.1.0 injected"}));
  CHECK(SmtpEmailProvider(relay.Options()).Send(SampleEmail(), Soon()).kind == Kind::kUnreachable);
  CHECK_FALSE(relay.ReceivedSecretsUnencrypted());
  CHECK(relay.server.messages().empty());
}

TEST_CASE("a server with an untrusted certificate receives neither credentials nor a message", "[email]") {
  for (const Tls tls : {Tls::kStartTls, Tls::kImplicit}) {
    Secured relay(Secure(), tls);
    SmtpOptions options = SecureOptions(relay.server.port(), "");
    if (tls == Tls::kImplicit) options.tls = SmtpOptions::Tls::kImplicit;
    SmtpEmailProvider provider(std::move(options));
    const SendOutcome outcome = provider.Send(SampleEmail(), Soon());
    CHECK(outcome.kind == Kind::kUnreachable);
    CHECK_THAT(outcome.error, Catch::Contains("certificate"));
    CHECK(provider.Probe(Soon()).kind == Kind::kUnreachable);
    CHECK_FALSE(relay.ReceivedSecretsUnencrypted());
    CHECK_FALSE(relay.server.HeardAny("AUTH"));
  }
}

TEST_CASE("a certificate with another host name is rejected", "[email]") {
  Secured relay(Secure());
  SmtpOptions options = relay.Options();
  options.host = "localhost";
  const SendOutcome outcome = SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon());
  CHECK(outcome.kind == Kind::kUnreachable);
  CHECK_THAT(outcome.error, Catch::Contains("certificate"));
  CHECK_FALSE(relay.server.HeardAny("AUTH"));
}

TEST_CASE("Send returns kConfig if the CA file is missing", "[email]") {
  Secured relay(Secure());
  SmtpOptions options = SecureOptions(relay.server.port(), "/nowhere/ca.pem");
  CHECK(SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon()).kind == Kind::kConfig);
}

TEST_CASE("Send and Probe return kConfig for rejected credentials, and kUnreachable for a temporary failure",
          "[email]") {
  // Only the client's response to AUTH's challenge begins with this text (NUL in base64).
  for (const auto& [reply, kind] : {std::pair{"535 5.7.8 authentication failed", Kind::kConfig},
                                    std::pair{"534 5.7.9 mechanism too weak", Kind::kConfig},
                                    std::pair{"454 4.7.0 temporary failure", Kind::kUnreachable},
                                    std::pair{"421 4.7.0 closing", Kind::kUnreachable}}) {
    Secured relay(Friendly("AG", {.text = reply}, {"STARTTLS", "AUTH PLAIN"}));
    SmtpEmailProvider provider(relay.Options());
    const SendOutcome outcome = provider.Send(SampleEmail(), Soon());
    INFO(outcome.error);
    CHECK(outcome.kind == kind);
    CHECK_THAT(outcome.error, Catch::Contains(std::string(reply).substr(0, 3)));
    CHECK(provider.Probe(Soon()).kind == kind);
    CHECK_FALSE(relay.server.HeardAny("MAIL"));
    CHECK_FALSE(relay.ReceivedSecretsUnencrypted());
  }
}

TEST_CASE("no message is sent if the server offers no supported authentication mechanism", "[email]") {
  for (const std::vector<std::string>& extensions :
       {std::vector<std::string>{"STARTTLS"}, std::vector<std::string>{"STARTTLS", "AUTH X-UNHEARD-OF"}}) {
    Secured relay(Friendly("(nothing)", {}, extensions));
    CHECK(SmtpEmailProvider(relay.Options()).Send(SampleEmail(), Soon()).kind == Kind::kConfig);
    CHECK_FALSE(relay.server.HeardAny("MAIL"));
  }
}

TEST_CASE("PLAIN or LOGIN is preferred to all other authentication mechanisms", "[email]") {
  for (const auto& [offered, used] :
       {std::pair{"AUTH GSSAPI PLAIN LOGIN", "AUTH PLAIN"}, std::pair{"AUTH GSSAPI LOGIN", "AUTH LOGIN"},
        std::pair{"AUTH GSSAPI NTLM DIGEST-MD5 CRAM-MD5 XOAUTH2 LOGIN PLAIN", "AUTH PLAIN"}}) {
    CAPTURE(offered);
    // The response to LOGIN's first challenge is the user name in base64.
    Secured relay(Friendly("cmVsYXlA", {.text = "334 UGFzc3dvcmQ6"}, {"STARTTLS", offered}));
    SmtpOptions options = relay.Options();
    options.username = "relay@example.com";
    CHECK(SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
    CHECK(relay.server.HeardAny(used));
    CHECK_FALSE(relay.ReceivedSecretsUnencrypted());
  }
}

TEST_CASE("CRAM-MD5 is used if the server offers neither PLAIN nor LOGIN", "[email]") {
  Secured relay(Friendly("AUTH CRAM-MD5", {.text = "334 PDE4OTYuNjk3MTcwOTUyQHJlbGF5LnRlc3Q+"},
                         {"STARTTLS", "AUTH GSSAPI CRAM-MD5"}));
  SmtpOptions options = relay.Options();
  options.username = "relay@example.com";
  const SendOutcome outcome = SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon());
  INFO(outcome.error);
  CHECK(outcome.kind == Kind::kAccepted);
  CHECK(relay.server.HeardAny("AUTH CRAM-MD5"));
  CHECK_FALSE(relay.ReceivedSecretsUnencrypted());
}

TEST_CASE("Send returns kConfig and sends no password if the server offers only GSSAPI", "[email]") {
  Secured relay(Friendly("(nothing)", {}, {"STARTTLS", "AUTH GSSAPI"}));
  SmtpOptions options = relay.Options();
  options.username = "relay@example.com";
  const SendOutcome outcome = SmtpEmailProvider(std::move(options)).Send(SampleEmail(), Soon());
  CHECK(outcome.kind == Kind::kConfig);
  CHECK(outcome.error == "the server offers no supported authentication mechanism");
  CHECK_FALSE(relay.server.HeardAny("AUTH"));
}

TEST_CASE("credentials without TLS are sent only to a server at a loopback address", "[email]") {
  ScriptedSmtpServer server(Friendly("(nothing)", {}, {"AUTH PLAIN"}));
  for (const auto& [host, kind] :
       {std::pair{"127.0.0.1", Kind::kAccepted}, std::pair{"192.0.2.1", Kind::kConfig}}) {
    CAPTURE(host);
    SmtpOptions options = PlainOptions(server.port());
    options.host = host;
    options.username = kUser;
    options.password = Secret(kPassword);
    SmtpEmailProvider provider(std::move(options));
    CHECK(provider.Send(SampleEmail(), Soon()).kind == kind);
    CHECK(provider.Probe(Soon()).kind == kind);
  }
}

}  // namespace
}  // namespace keelson
