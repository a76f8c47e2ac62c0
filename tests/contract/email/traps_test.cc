// Tests behaviour that is specific to one provider.
#include <catch2/catch.hpp>

#include "absl/time/clock.h"
#include "adapters/email/http/postmark_email_provider.h"
#include "tests/contract/email/fixtures.h"
#include "tests/contract/email/request_checks.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

Kind KindOfResponse(const std::string& name, int status, std::string body,
                    std::vector<std::string> headers = {}) {
  return OutcomeOfSend(name,
                       {.status = status, .body = std::move(body), .headers = std::move(headers), .act = {}})
      .kind;
}

TEST_CASE("Send returns kConfig for Mailgun's welcome text, although the HTTP status is 200", "[email]") {
  CHECK(KindOfResponse("mailgun", 200, "Mailgun Magnificent API") == Kind::kConfig);
  CHECK(KindOfResponse("mailgun", 404, R"({"message":"Domain not found"})") == Kind::kConfig);
}

TEST_CASE("Postmark's error code determines the outcome even if the HTTP status is 200", "[email]") {
  const auto kind = [](int status, const std::string& code, const std::string& words) {
    return KindOfResponse("postmark", status,
                          R"({"MessageID":"1","ErrorCode":)" + code + R"(,"Message":")" + words + "\"}");
  };
  CHECK(kind(200, "406", "Inactive") == Kind::kRecipientRejected);
  CHECK(kind(200, "0", "Message OK, but will not deliver to these inactive addresses: ada@example.org") ==
        Kind::kRecipientRejected);
  CHECK(kind(422, "300", "Error parsing 'To': Illegal email address") == Kind::kRecipientRejected);
  CHECK(kind(422, "100", "Maintenance") == Kind::kUnreachable);
  CHECK(KindOfResponse("postmark", 200, R"({"MessageID":"1"})") == Kind::kAccepted);
  CHECK(KindOfResponse("postmark", 422, R"({"Message":"no code"})") == Kind::kRefused);
}

TEST_CASE("invalid UTF-8 in a configuration value is sent as U+FFFD", "[email]") {
  servers::ScriptedServer server([](const auto&) {
    return Reply{.status = 200, .body = R"({"ErrorCode":0,"MessageID":"1"})", .headers = {}, .act = {}};
  });
  PostmarkEmailProvider provider({.key = Secret(kTestKey), .base_url = server.url()}, "out\xff");
  CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kAccepted);
  REQUIRE(server.requests().size() == 1);
  CHECK_THAT(server.requests()[0].body, Catch::Contains("\"out\ufffd\""));
}

TEST_CASE("SES's error type is parsed in every documented form, from the header or the body", "[email]") {
  const std::string quota = R"("message":"Daily message quota exceeded")";
  CHECK(KindOfResponse("ses", 429, "{" + quota + "}",
                       {"x-amzn-ErrorType: com.amazon.ses#TooManyRequestsException:http://internal/"}) ==
        Kind::kQuota);
  CHECK(KindOfResponse("ses", 400, "{" + quota + R"(,"__type":"com.amazon#ThrottlingException"})") ==
        Kind::kQuota);
  CHECK(KindOfResponse("ses", 400,
                       R"({"code":"ThrottlingException","message":"Maximum sending rate exceeded"})") ==
        Kind::kRetry);
  const Reply throttled = {.status = 400, .body = R"({"__type":"Throttling"})", .headers = {}, .act = {}};
  CHECK(OutcomeOfSend("ses", throttled).retry_after == absl::Seconds(1));
  for (const char* type : {"AccountSuspendedException", "SendingPausedException",
                           "MailFromDomainNotVerifiedException", "NotFoundException"}) {
    CHECK(KindOfResponse("ses", 400, "{}", {std::string("X-Amzn-ErrorType: ") + type}) == Kind::kConfig);
  }
}

TEST_CASE("an SES key that permits only sending passes the probe, and the probe is signed", "[email]") {
  Reply denied;
  denied.status = 403;
  denied.body = R"({"message":"not authorized to perform: ses:GetAccount"})";
  denied.headers = {"x-amzn-ErrorType: AccessDeniedException"};
  CHECK(OutcomeOfProbe("ses", denied).kind == Kind::kAccepted);
  CHECK(OutcomeOfSend("ses", denied).kind == Kind::kConfig);
  servers::ScriptedServer server([](const auto&) { return Reply{}; });
  FixtureOf("ses").make(server.url())->Probe(Soon());
  REQUIRE(server.requests().size() == 1);
  CHECK_THAT(CheckSignature(server.requests()[0]), Catch::Equals(""));
}

TEST_CASE(
    "Brevo's error for a repeated idempotency key is kAccepted, and x-sib-ratelimit-reset is the retry delay",
    "[email]") {
  CHECK(KindOfResponse("brevo", 400, R"({"code":"duplicate_parameter","message":"idempotencyKey"})") ==
        Kind::kAccepted);
  Reply limited;
  limited.status = 429;
  limited.headers = {"x-sib-ratelimit-reset: 23"};
  CHECK(OutcomeOfSend("brevo", limited).retry_after == absl::Seconds(23));
}

TEST_CASE(
    "Resend's two 409 errors have different outcomes, and a key that permits only sending passes the probe",
    "[email]") {
  const Reply concurrent = {
      .status = 409, .body = R"({"name":"concurrent_idempotent_requests"})", .headers = {}, .act = {}};
  CHECK(OutcomeOfSend("resend", concurrent).kind == Kind::kUnknown);
  CHECK(KindOfResponse("resend", 409, R"({"name":"invalid_idempotent_request"})") == Kind::kMessageRejected);
  CHECK(KindOfResponse("resend", 429, R"({"name":"monthly_quota_exceeded"})") == Kind::kQuota);
  Reply restricted;
  restricted.status = 401;
  restricted.body = R"({"name":"restricted_api_key"})";
  CHECK(OutcomeOfProbe("resend", restricted).kind == Kind::kAccepted);
}

TEST_CASE("SendGrid's 403 is kConfig, 200 is kAccepted, and X-RateLimit-Reset is the time at which to retry",
          "[email]") {
  CHECK(KindOfResponse("sendgrid", 403, R"({"errors":[{"message":"blocked"}]})") == Kind::kConfig);
  CHECK(KindOfResponse("sendgrid", 200, "") == Kind::kAccepted);
  Reply limited;
  limited.status = 429;
  limited.headers = {"X-RateLimit-Reset: " + std::to_string(absl::ToUnixSeconds(absl::Now()) + 40)};
  const auto after = OutcomeOfSend("sendgrid", limited).retry_after;
  REQUIRE(after);
  CHECK(*after > absl::Seconds(30));
  CHECK(*after <= absl::Seconds(40));
}

}  // namespace
}  // namespace keelson
