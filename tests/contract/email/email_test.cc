// Tests every provider with every kind of response.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "adapters/email/file/file_email_provider.h"
#include "adapters/email/log/log_email_provider.h"
#include "core/common/text.h"
#include "tests/contract/email/fixtures.h"
#include "tests/support/recording_log.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;
using servers::ScriptedServer;

// A provider, and a server that responds with `reply` to every request.
struct Counterpart {
  Counterpart(const EmailFixture& fixture, Reply reply)
      : server([reply = std::move(reply)](const servers::SeenRequest&) { return reply; }),
        provider(fixture.make(server.url())) {}

  SendOutcome Send() { return provider->Send(SampleEmail(), Soon()); }

  ScriptedServer server;
  std::unique_ptr<EmailProvider> provider;
};

void CheckCleanError(const SendOutcome& outcome) {
  INFO(outcome.error);
  CHECK_FALSE(outcome.error.empty());
  CHECK(outcome.error.size() <= 500);
  CHECK(IsValidUtf8(outcome.error));
  CHECK_FALSE(HasControlCharacters(outcome.error));
  for (const std::string_view hidden : {std::string_view(kTestKey), std::string_view("T0KEN"),
                                        std::string_view("ada@"), std::string_view("no-reply@")}) {
    CHECK(outcome.error.find(hidden) == std::string::npos);
  }
}

Kind KindOfResponse(const EmailFixture& fixture, const Reply& reply) {
  Counterpart counterpart(fixture, reply);
  const SendOutcome outcome = counterpart.Send();
  CheckCleanError(outcome);
  return outcome.kind;
}

void ForEveryProvider(const std::function<void(const EmailFixture&)>& holds) {
  for (const EmailFixture& fixture : HttpEmailFixtures()) {
    DYNAMIC_SECTION(fixture.name) {
      holds(fixture);
    }
  }
}

TEST_CASE("a request has the documented form, and the outcome kAccepted contains the provider's message id",
          "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    Counterpart counterpart(fixture, fixture.accepted);
    const SendOutcome outcome = counterpart.Send();
    CHECK(outcome.kind == Kind::kAccepted);
    CHECK(outcome.provider_message_id == fixture.id);
    CHECK(outcome.error.empty());
    CHECK(counterpart.provider->name() == fixture.name);
    REQUIRE(counterpart.server.requests().size() == 1);
    CHECK_THAT(fixture.misformed(counterpart.server.requests()[0]), Catch::Equals(""));
  });
}

TEST_CASE("a repeated request has the same bytes and reuses the connection", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    Counterpart counterpart(fixture, fixture.accepted);
    counterpart.Send();
    counterpart.Send();
    const auto requests = counterpart.server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].body == requests[1].body);
    CHECK(counterpart.server.connections() == 1);
  });
}

TEST_CASE(
    "after a rate limit, the retry delay is Retry-After, or one second if the header is missing or invalid",
    "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    Reply reply = fixture.rate_limited;
    CHECK(KindOfResponse(fixture, reply) == Kind::kRetry);
    CHECK(Counterpart(fixture, reply).Send().retry_after == absl::Seconds(1));
    reply.headers.emplace_back("Retry-After: 17");
    CHECK(Counterpart(fixture, reply).Send().retry_after == absl::Seconds(17));
    reply.headers.back() =
        "retry-after: " +
        absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now() + absl::Seconds(60), absl::UTCTimeZone());
    const auto after = Counterpart(fixture, reply).Send().retry_after;
    REQUIRE(after);
    CHECK(*after > absl::Seconds(50));
    CHECK(*after <= absl::Seconds(60));
    reply.headers.back() = "Retry-After: soon";
    CHECK(Counterpart(fixture, reply).Send().retry_after == absl::Seconds(1));
  });
}

TEST_CASE(
    "an invalid key, a rejected message, an exceeded quota and a rejected recipient have different outcomes",
    "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    CHECK(KindOfResponse(fixture, fixture.bad_key) == Kind::kConfig);
    CHECK(KindOfResponse(fixture, fixture.rejected_message) == Kind::kMessageRejected);
    if (fixture.quota) CHECK(KindOfResponse(fixture, *fixture.quota) == Kind::kQuota);
    if (fixture.rejected_recipient) {
      CHECK(KindOfResponse(fixture, *fixture.rejected_recipient) == Kind::kRecipientRejected);
    }
  });
}

TEST_CASE("an HTTP 5xx response is classified as kUnknown, but 503 as kUnreachable", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    for (const int status : {500, 502, 504}) {
      CHECK(KindOfResponse(fixture, {.status = status, .body = "{}", .headers = {}, .act = {}}) ==
            Kind::kUnknown);
    }
    CHECK(KindOfResponse(fixture, {.status = 503, .body = "{}", .headers = {}, .act = {}}) ==
          Kind::kUnreachable);
  });
}

TEST_CASE("an HTML response is classified by its HTTP status", "[email]") {
  const std::string html = "<html><body>ada@example.org \x01\xff</body></html>";
  ForEveryProvider([&](const EmailFixture& fixture) {
    const auto kind = [&](int status) {
      return KindOfResponse(fixture, {.status = status, .body = html, .headers = {}, .act = {}});
    };
    CHECK(kind(200) == Kind::kUnknown);
    CHECK(kind(403) == Kind::kConfig);
    CHECK(kind(302) == Kind::kConfig);
    CHECK(kind(502) == Kind::kUnknown);
    CHECK(kind(503) == Kind::kUnreachable);
  });
}

TEST_CASE("a 422 response with invalid JSON or unexpected JSON types is classified as kRefused", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    for (const char* body :
         {"[]", "null", "7", R"({"errors":[7],"message":{},"id":7,"ErrorCode":"x"})", "{", ""}) {
      INFO(body);
      CHECK(KindOfResponse(fixture, {.status = 422, .body = body, .headers = {}, .act = {}}) ==
            Kind::kRefused);
    }
  });
}

TEST_CASE("an error contains no secret, no address and no control character", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    const std::string words = std::string(kTestKey) + (fixture.name == "ses" ? " T0KEN" : "") +
                              " <ada@bücher.example>\r\n\u0085" + std::string(5000, 'x');
    const nlohmann::json errors = {{{"message", words}}};
    const std::string body =
        nlohmann::json{{"message", words}, {"Message", words}, {"errors", errors}}.dump();
    CHECK(KindOfResponse(fixture, {.status = 400, .body = body, .headers = {}, .act = {}}) == Kind::kRefused);
  });
}

TEST_CASE("Send returns kUnreachable if the connection is refused or the host is unknown", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    const std::string gone = ScriptedServer([](const auto&) { return Reply(); }).url();
    const SendOutcome outcome = fixture.make(gone)->Send(SampleEmail(), Soon());
    CHECK(outcome.kind == Kind::kUnreachable);
    CheckCleanError(outcome);
    const SendOutcome nameless = fixture.make("http://nowhere.invalid")->Send(SampleEmail(), Soon());
    CHECK(nameless.kind == Kind::kUnreachable);
  });
}

TEST_CASE("Send returns kUnreachable if the connection closes during the TLS handshake", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    ScriptedServer server([](const auto&) { return Reply(); });
    server.ResetAtOnce();
    const std::string https = "https" + server.url().substr(4);
    CHECK(fixture.make(https)->Send(SampleEmail(), Soon()).kind == Kind::kUnreachable);
  });
}

TEST_CASE("Send returns kUnknown if the connection closes after the request body", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    CHECK(KindOfResponse(fixture, {.status = 0, .body = "", .headers = {}, .act = Reply::Act::kReset}) ==
          Kind::kUnknown);
  });
}

TEST_CASE("Send returns kUnknown if the connection closes before the request is complete", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    Counterpart counterpart(fixture, fixture.accepted);
    counterpart.server.ResetAfterHead();
    Email email = SampleEmail();
    for (const std::size_t size : {std::size_t{10}, std::size_t{900'000}}) {
      email.content.text.assign(size, 'x');
      CHECK(counterpart.provider->Send(email, Soon()).kind == Kind::kUnknown);
    }
    CHECK(counterpart.server.connections() == 2);
    CHECK(counterpart.server.requests().empty());
  });
}

TEST_CASE("Send returns kUnknown if the connection closes before the response body is complete", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    for (Reply reply : {fixture.accepted, fixture.rejected_message}) {
      reply.body += " ";
      reply.act = Reply::Act::kCutShort;
      CHECK(KindOfResponse(fixture, reply) == Kind::kUnknown);
    }
  });
}

TEST_CASE("Send does not repeat a request if a reused connection closes", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    Counterpart counterpart(fixture, fixture.accepted);
    CHECK(counterpart.Send().kind == Kind::kAccepted);
    counterpart.server.SetScript(
        [](const auto&) { return Reply{.status = 0, .body = "", .headers = {}, .act = Reply::Act::kReset}; });
    CHECK(counterpart.Send().kind == Kind::kUnknown);
    CHECK(counterpart.server.requests().size() == 2);
  });
}

TEST_CASE("Send returns at its deadline even if the response takes longer", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    Counterpart counterpart(fixture, {.status = 0, .body = "", .headers = {}, .act = Reply::Act::kStall});
    const absl::Time begin = absl::Now();
    const SendOutcome outcome =
        counterpart.provider->Send(SampleEmail(), Deadline::After(absl::Milliseconds(150)));
    CHECK(outcome.kind == Kind::kUnknown);
    CHECK(absl::Now() - begin < absl::Seconds(2));
    CHECK(counterpart.provider->Send(SampleEmail(), Deadline::After(absl::ZeroDuration())).kind ==
          Kind::kUnreachable);
  });
}

TEST_CASE("a huge response is truncated and classified by its HTTP status", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    const std::string huge(std::size_t{8} << 20, 'x');
    CHECK(KindOfResponse(fixture, {.status = 200, .body = huge, .headers = {}, .act = {}}) == Kind::kUnknown);
    CHECK(KindOfResponse(fixture, {.status = 422, .body = huge, .headers = {}, .act = {}}) == Kind::kRefused);
  });
}

TEST_CASE("Send rejects an invalid message and sends no request", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    Counterpart counterpart(fixture, fixture.accepted);
    Email email = SampleEmail();
    email.content.subject = "Hello\r\nBcc: eve@example.org";
    CHECK(counterpart.provider->Send(email, Soon()).kind == Kind::kMessageRejected);
    email = SampleEmail();
    email.to = "ada@example.org\r\nBcc: eve@example.org";
    CHECK(counterpart.provider->Send(email, Soon()).kind == Kind::kMessageRejected);
    email = SampleEmail();
    email.content.text = "\xff";
    CHECK(counterpart.provider->Send(email, Soon()).kind == Kind::kMessageRejected);
    CHECK(counterpart.server.requests().empty());
  });
}

TEST_CASE("Probe sends one GET request, and returns kConfig for an invalid key", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    Counterpart good(fixture, {.status = 200, .body = "{}", .headers = {}, .act = {}});
    CHECK(good.provider->Probe(Soon()).kind == Kind::kAccepted);
    REQUIRE(good.server.requests().size() == 1);
    CHECK(good.server.requests()[0].method + " " + good.server.requests()[0].target == fixture.probe);
    Counterpart bad(fixture, fixture.bad_key);
    CHECK(bad.provider->Probe(Soon()).kind == Kind::kConfig);
    Counterpart page(fixture, {.status = 200, .body = "<html>", .headers = {}, .act = {}});
    CHECK(page.provider->Probe(Soon()).kind == Kind::kConfig);
    Counterpart trouble(fixture, {.status = 500, .body = "", .headers = {}, .act = {}});
    CHECK(trouble.provider->Probe(Soon()).kind == Kind::kUnreachable);
  });
}

TEST_CASE("trailing slashes of the base URL do not change the request path", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    ScriptedServer server([&fixture](const auto&) { return fixture.accepted; });
    for (const char* end : {"", "/", "//"}) {
      const auto provider = fixture.make(server.url() + end);
      CHECK(provider->Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
      provider->Probe(Soon());
    }
    const auto requests = server.requests();
    REQUIRE(requests.size() == 6);
    for (std::size_t i = 2; i < 6; ++i) CHECK(requests[i].target == requests[i % 2].target);
  });
}

TEST_CASE("the file and log providers accept valid messages and reject invalid messages", "[email]") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("keelson-email-" + std::to_string(getpid()));
  const auto file = FileEmailProvider::Create(folder);
  REQUIRE(file.ok());
  RecordingLog log;
  LogEmailProvider logged(log);
  for (EmailProvider* const provider : std::vector<EmailProvider*>{file->get(), &logged}) {
    CHECK(provider->Probe(Soon()).kind == Kind::kAccepted);
    CHECK(provider->Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
  }
  Email email = SampleEmail();
  email.content.subject = "Hello\r\nBcc: eve@example.org";
  CHECK((*file)->Send(email, Soon()).kind == Kind::kMessageRejected);
  email = SampleEmail();
  email.from = "Shop, Inc. <no-reply@example.com>";
  CHECK((*file)->Send(email, Soon()).kind == Kind::kConfig);
  std::filesystem::remove_all(folder);
}

TEST_CASE("repeat_window is the deduplication window that the provider documents", "[email]") {
  ForEveryProvider([&](const EmailFixture& fixture) {
    const absl::Duration due = fixture.name == "resend"  ? absl::Hours(24)
                               : fixture.name == "brevo" ? absl::Minutes(15)
                                                         : absl::ZeroDuration();
    CHECK(fixture.make("")->repeat_window() == due);
  });
}

}  // namespace
}  // namespace keelson
