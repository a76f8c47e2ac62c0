// Tests the SMTP provider with a real relay, Postfix.
#include <algorithm>
#include <catch2/catch.hpp>

#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "adapters/email/mime/mime_message.h"
#include "tests/adapters/email/parsed_mail.h"
#include "tests/contract/smtp/fixture.h"
#include "tests/support/http/self_signed.h"
#include "tests/support/postfix/postfix_server.h"

namespace keelson {
namespace {

using servers::PostfixServer;

// Returns null, and reports that the test is skipped, if Postfix can't run.
PostfixServer* Relay() {
  if (const std::string missing = PostfixServer::Missing(); !missing.empty()) {
    WARN("skipped: " << missing);
    return nullptr;
  }
  static const std::shared_ptr<SSL_CTX> context = servers::SelfSigned();
  static PostfixServer relay(servers::CertificatePem(context.get()), servers::KeyPem(context.get()));
  return &relay;
}

SmtpOptions OptionsFor(const PostfixServer& relay) {
  SmtpOptions options = SecureOptions(relay.starttls_port(), relay.certificate_file());
  options.username = PostfixServer::kUser;
  options.password = Secret(PostfixServer::kPassword);
  return options;
}

Email EmailTo(const std::string& to) {
  Email email = SampleEmail();
  email.to = to;
  return email;
}

SendOutcome SendTo(const std::string& to, const PostfixServer& relay) {
  return SmtpEmailProvider(OptionsFor(relay)).Send(EmailTo(to), Soon());
}

// Whether the delivered message consists of the headers that Postfix adds, followed by the sent message.
bool IsDeliveryOf(const std::string& delivered, const Email& email) {
  return delivered.ends_with("\n" + absl::StrReplaceAll(RenderMime(email).value(), {{"\r\n", "\n"}}));
}

TEST_CASE("Postfix delivers a message byte for byte", "[email]") {
  PostfixServer* const relay = Relay();
  if (relay == nullptr) return;
  Email email = EmailTo("ada@example.org");
  email.content.subject = "🎉 Grüße, with a subject that is longer than a line of a header may be, 日本語 ✓";
  email.content.text = ".\n..\n.dot\nFrom here\n\n" + std::string(2000, 'x') + "\ncafé 🎉\n--\nend";
  email.content.html = "<p>.</p>\n.\n" + std::string(2000, 'y') + "\n<p>Grüße</p>";
  const SendOutcome outcome = SmtpEmailProvider(OptionsFor(*relay)).Send(email, Soon());
  INFO(outcome.error);
  REQUIRE(outcome.kind == Kind::kAccepted);
  CHECK(relay->Log().find(outcome.provider_message_id + ": client=") != std::string::npos);
  const std::vector<std::string> delivered = relay->Delivered("ada", 1);
  REQUIRE(delivered.size() == 1);
  CHECK(IsDeliveryOf(delivered[0], email));
  const nlohmann::json parsed = ParseMail(delivered[0]);
  CHECK(parsed["subject"] == email.content.subject);
  CHECK(parsed["from"] == nlohmann::json::parse(R"([["Kéelson, \"Inc\"", "no-reply@example.com"]])"));
  CHECK(parsed["to"] == nlohmann::json::parse(R"([["", "ada@example.org"]])"));
  CHECK(parsed["headers"]["Message-ID"] == "<message_01hf7yat00e8r8e2dhp52c4m2r@example.com>");
  CHECK(parsed["parts"] == nlohmann::json{{"text/plain", "utf-8", email.content.text},
                                          {"text/html", "utf-8", email.content.html}});
  CHECK(parsed["defects"].empty());
}

TEST_CASE("Postfix delivers consecutive messages over implicit TLS", "[email]") {
  PostfixServer* const relay = Relay();
  if (relay == nullptr) return;
  SmtpOptions options = OptionsFor(*relay);
  options.tls = SmtpOptions::Tls::kImplicit;
  options.port = relay->tls_port();
  SmtpEmailProvider provider(std::move(options));
  const Email email = EmailTo("bob@example.org");
  for (int i = 0; i < 10; ++i) CHECK(provider.Send(email, Soon()).kind == Kind::kAccepted);
  const std::vector<std::string> delivered = relay->Delivered("bob", 10);
  CHECK(std::all_of(delivered.begin(), delivered.end(),
                    [&email](const std::string& message) { return IsDeliveryOf(message, email); }));
}

TEST_CASE("Postfix accepts non-ASCII domains and local parts", "[email]") {
  PostfixServer* const relay = Relay();
  if (relay == nullptr) return;
  const Email domain = EmailTo("ada@bücher.example");
  CHECK(SmtpEmailProvider(OptionsFor(*relay)).Send(domain, Soon()).kind == Kind::kAccepted);
  CHECK(IsDeliveryOf(relay->Delivered("buch", 1)[0], domain));
  const Email local = EmailTo("jürgen@example.org");
  const SendOutcome outcome = SmtpEmailProvider(OptionsFor(*relay)).Send(local, Soon());
  INFO(outcome.error);
  CHECK(outcome.kind == Kind::kAccepted);
  CHECK(IsDeliveryOf(relay->Delivered("jürgen", 1)[0], local));
}

TEST_CASE("error replies of Postfix have the expected outcomes", "[email]") {
  PostfixServer* const relay = Relay();
  if (relay == nullptr) return;
  const SendOutcome nobody = SendTo("nobody@example.org", *relay);
  CHECK(nobody.kind == Kind::kRecipientRejected);
  CHECK(
      nobody.error ==
      "SMTP, RCPT: 550 5.1.1 <[address]>: Recipient address rejected: User unknown in virtual mailbox table");
  CHECK(SendTo("later@example.org", *relay).kind == Kind::kRetry);
  CHECK(SendTo("full@example.org", *relay).kind == Kind::kRetry);
  CHECK(SendTo("refused@example.org", *relay).kind == Kind::kRefused);
  Email large = EmailTo("ada@example.org");
  large.content.text.assign(PostfixServer::kMaxMessageBytes, 'x');
  const SendOutcome outcome = SmtpEmailProvider(OptionsFor(*relay)).Send(large, Soon());
  CHECK(outcome.kind == Kind::kNotExpressible);
  CHECK_THAT(outcome.error, Catch::Contains("5.3.4"));
}

TEST_CASE("Send and Probe return kConfig for credentials that Postfix rejects", "[email]") {
  PostfixServer* const relay = Relay();
  if (relay == nullptr) return;
  CHECK(SmtpEmailProvider(OptionsFor(*relay)).Probe(Soon()).kind == Kind::kAccepted);
  SmtpOptions bad = OptionsFor(*relay);
  bad.password = Secret("another");
  SmtpEmailProvider provider(std::move(bad));
  for (const SendOutcome& outcome :
       {provider.Send(EmailTo("ada@example.org"), Soon()), provider.Probe(Soon())}) {
    CHECK(outcome.kind == Kind::kConfig);
    CHECK_THAT(outcome.error, Catch::Contains("535 5.7.8"));
  }
  // Without credentials, Postfix rejects the message at RCPT.
  SmtpOptions none = OptionsFor(*relay);
  none.username.clear();
  const SendOutcome denied = SmtpEmailProvider(std::move(none)).Send(EmailTo("ada@example.org"), Soon());
  CHECK(denied.kind == Kind::kConfig);
  CHECK_THAT(denied.error, Catch::Contains("Access denied"));
  SmtpOptions clear = PlainOptions(relay->starttls_port());
  const SendOutcome outcome = SmtpEmailProvider(std::move(clear)).Send(EmailTo("ada@example.org"), Soon());
  CHECK(outcome.kind == Kind::kConfig);
  CHECK_THAT(outcome.error, Catch::Contains("530 5.7.0"));
}

TEST_CASE("Send returns kAccepted even if Postfix replies to the final dot after the deadline", "[email]") {
  PostfixServer* const relay = Relay();
  if (relay == nullptr) return;
  SmtpEmailProvider provider(OptionsFor(*relay));
  // The first message opens the connection, so that the second one reuses it.
  REQUIRE(provider.Send(EmailTo("bob@example.org"), Soon()).kind == Kind::kAccepted);
  const Deadline deadline = Deadline::After(absl::Seconds(PostfixServer::kSlowSeconds - 1));
  CHECK(provider.Send(EmailTo("slow@example.org"), deadline).kind == Kind::kAccepted);
  CHECK(deadline.expired());
  CHECK(relay->Delivered("slow", 1).size() == 1);
}

}  // namespace
}  // namespace keelson
