#include "tests/contract/email/fixtures.h"

#include <stdlib.h>

#include <csignal>
#include <stdexcept>

#include "absl/time/clock.h"
#include "adapters/email/http/brevo_email_provider.h"
#include "adapters/email/http/mailgun_email_provider.h"
#include "adapters/email/http/postmark_email_provider.h"
#include "adapters/email/http/resend_email_provider.h"
#include "adapters/email/http/sendgrid_email_provider.h"
#include "adapters/email/http/ses_email_provider.h"
#include "tests/contract/email/request_checks.h"

namespace keelson {
namespace {

Reply Json(int status, std::string body, std::vector<std::string> headers = {}) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  reply.headers = std::move(headers);
  reply.headers.emplace_back("Content-Type: application/json");
  return reply;
}

ApiAccess Access(const std::string& base_url) {
  return {.key = Secret(kTestKey), .base_url = base_url};
}

EmailFixture SendGrid() {
  return {
      .name = "sendgrid",
      .make = [](const auto& url) { return std::make_unique<SendGridEmailProvider>(Access(url)); },
      .misformed = &CheckSendGrid,
      .probe = "GET /v3/scopes",
      .accepted = {.status = 202, .body = "", .headers = {"X-Message-Id: sg-1"}, .act = {}},
      .id = "sg-1",
      .bad_key =
          Json(401, R"({"errors":[{"field":null,"message":"The provided authorization grant is invalid"}]})"),
      .rate_limited = Json(429, R"({"errors":[{"field":null,"message":"too many requests"}]})"),
      .quota = Json(401, R"({"errors":[{"message":"Maximum credits exceeded","field":null,"help":null}]})"),
      .rejected_message =
          Json(400, R"({"errors":[{"field":"subject","message":"The subject is required"}]})"),
      .rejected_recipient = Json(
          400,
          R"({"errors":[{"field":"personalizations.0.to.0.email","message":"Does not contain a valid address."}]})")};
}

EmailFixture Postmark() {
  return {
      .name = "postmark",
      .make =
          [](const auto& url) { return std::make_unique<PostmarkEmailProvider>(Access(url), "outbound"); },
      .misformed = &CheckPostmark,
      .probe = "GET /server",
      .accepted = Json(200, R"({"ErrorCode":0,"Message":"OK","MessageID":"pm-1"})"),
      .id = "pm-1",
      .bad_key = Json(401, R"({"ErrorCode":10,"Message":"Bad or missing Server API token."})"),
      .rate_limited = Json(429, R"({"ErrorCode":429,"Message":"Rate limit exceeded"})"),
      .quota = Json(422, R"({"ErrorCode":405,"Message":"Not allowed to send: out of credits"})"),
      .rejected_message =
          Json(422, R"({"ErrorCode":300,"Message":"Provide either email TextBody or HtmlBody or both."})"),
      .rejected_recipient = Json(
          422,
          R"({"ErrorCode":406,"Message":"You tried to send to a recipient that has been marked as inactive."})")};
}

EmailFixture Ses() {
  const auto make = [](const std::string& url) {
    return std::make_unique<SesEmailProvider>(SesOptions{.region = "eu-central-1",
                                                         .access_key_id = "AKIDEXAMPLE",
                                                         .secret_access_key = Secret(kTestKey),
                                                         .session_token = Secret("T0KEN"),
                                                         .configuration_set = "set",
                                                         .base_url = url});
  };
  return {.name = "ses",
          .make = make,
          .misformed = &CheckSes,
          .probe = "GET /v2/email/account",
          .accepted = Json(200, R"({"MessageId":"ses-1"})"),
          .id = "ses-1",
          .bad_key = Json(403, R"({"message":"The security token included in the request is invalid."})",
                          {"x-amzn-ErrorType: UnrecognizedClientException"}),
          .rate_limited = Json(429, R"({"message":"Maximum sending rate exceeded."})",
                               {"x-amzn-ErrorType: TooManyRequestsException"}),
          .quota = Json(429, R"({"message":"Daily message quota exceeded."})",
                        {"x-amzn-ErrorType: TooManyRequestsException"}),
          .rejected_message =
              Json(400, R"({"message":"Illegal content"})", {"x-amzn-ErrorType: MessageRejected"}),
          // SES accepts any recipient and reports bounces later.
          .rejected_recipient = std::nullopt};
}

EmailFixture Mailgun() {
  return {.name = "mailgun",
          .make =
              [](const auto& url) {
                return std::make_unique<MailgunEmailProvider>(Access(url), "mg.example.com");
              },
          .misformed = &CheckMailgun,
          .probe = "GET /v3/domains/mg.example.com",
          .accepted = Json(200, R"({"id":"<1@mg.example.com>","message":"Queued. Thank you."})"),
          .id = "<1@mg.example.com>",
          .bad_key = {.status = 401, .body = "Forbidden", .headers = {}, .act = {}},
          .rate_limited = Json(429, R"({"message":"Too many requests"})"),
          .quota = Json(420, R"({"message":"Domain mg.example.com is not allowed to send"})"),
          .rejected_message =
              Json(400, R"({"message":"Need at least one of 'text' or 'html' parameters specified"})"),
          .rejected_recipient =
              Json(400, R"({"message":"to parameter is not a valid address. please check documentation"})")};
}

EmailFixture Resend() {
  return {
      .name = "resend",
      .make = [](const auto& url) { return std::make_unique<ResendEmailProvider>(Access(url)); },
      .misformed = &CheckResend,
      .probe = "GET /domains",
      .accepted = Json(200, R"({"id":"re-1"})"),
      .id = "re-1",
      .bad_key = Json(403, R"({"statusCode":403,"name":"invalid_api_key","message":"API key is invalid"})"),
      .rate_limited =
          Json(429, R"({"statusCode":429,"name":"rate_limit_exceeded","message":"Too many requests"})"),
      .quota = Json(429, R"({"statusCode":429,"name":"daily_quota_exceeded","message":"Used up"})"),
      .rejected_message = Json(
          422, R"({"statusCode":422,"name":"missing_required_field","message":"Missing `subject` field."})"),
      .rejected_recipient =
          Json(422, R"({"statusCode":422,"name":"validation_error","message":"Invalid `to` field."})")};
}

EmailFixture Brevo() {
  return {.name = "brevo",
          .make = [](const auto& url) { return std::make_unique<BrevoEmailProvider>(Access(url)); },
          .misformed = &CheckBrevo,
          .probe = "GET /v3/account",
          .accepted = Json(201, R"({"messageId":"<1@smtp-relay.example>"})"),
          .id = "<1@smtp-relay.example>",
          .bad_key = Json(401, R"({"code":"unauthorized","message":"Key not found"})"),
          .rate_limited = Json(429, R"({"code":"too_many_requests","message":"Slow down"})"),
          .quota = Json(402, R"({"code":"not_enough_credits","message":"No credits"})"),
          .rejected_message = Json(400, R"({"code":"invalid_parameter","message":"subject is missing"})"),
          .rejected_recipient =
              Json(400, R"({"code":"invalid_parameter","message":"email is not valid in to"})")};
}

}  // namespace

const std::vector<EmailFixture>& HttpEmailFixtures() {
  // Ignores the machine's proxies, and ignores SIGPIPE like the service.
  static const bool prepared = [] {
    std::signal(SIGPIPE, SIG_IGN);
    for (const char* name :
         {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      unsetenv(name);
    }
    return true;
  }();
  static_cast<void>(prepared);
  static const auto& fixtures =
      *new std::vector<EmailFixture>{SendGrid(), Postmark(), Ses(), Mailgun(), Resend(), Brevo()};
  return fixtures;
}

const EmailFixture& FixtureOf(const std::string& name) {
  for (const EmailFixture& fixture : HttpEmailFixtures()) {
    if (fixture.name == name) return fixture;
  }
  throw std::out_of_range("no provider " + name);
}

SendOutcome OutcomeOfSend(const std::string& name, const Reply& reply) {
  const servers::ScriptedServer server([&reply](const servers::SeenRequest&) { return reply; });
  return FixtureOf(name).make(server.url())->Send(SampleEmail(), Soon());
}

SendOutcome OutcomeOfProbe(const std::string& name, const Reply& reply) {
  const servers::ScriptedServer server([&reply](const servers::SeenRequest&) { return reply; });
  return FixtureOf(name).make(server.url())->Probe(Soon());
}

Email SampleEmail() {
  Email email;
  email.id = *MessageId::Parse("message_01hf7yat00e8r8e2dhp52c4m2r");
  email.from = "\"Kéelson, \\\"Inc\\\"\" <no-reply@example.com>";
  email.to = "ada@bücher.example";
  email.content = {"Grüße ✓", "Hello\n.dot", "<p>Hello</p>", "de"};
  email.date = absl::FromUnixSeconds(1700000000);
  return email;
}

Deadline Soon() {
  return Deadline::After(absl::Seconds(10));
}

}  // namespace keelson
