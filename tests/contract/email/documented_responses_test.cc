// Tests the outcomes of the responses that each provider documents.
#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "adapters/email/http/mailgun_email_provider.h"
#include "adapters/email/http/postmark_email_provider.h"
#include "adapters/email/http/ses_email_provider.h"
#include "tests/contract/email/fixtures.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

struct DocumentedError {
  int status;
  std::string code;
  std::string text;
  Kind kind;
};

void CheckOutcomes(const std::string& provider, const std::vector<DocumentedError>& errors,
                   const std::function<Reply(const DocumentedError&)>& write) {
  for (const DocumentedError& error : errors) {
    CAPTURE(provider, error.status, error.code, error.text);
    const SendOutcome outcome = OutcomeOfSend(provider, write(error));
    CHECK(kSendOutcomeNames[static_cast<std::size_t>(outcome.kind)] ==
          kSendOutcomeNames[static_cast<std::size_t>(error.kind)]);
    CHECK_THAT(outcome.error, Catch::Contains(std::to_string(error.status)));
  }
}

Reply JsonReply(int status, const nlohmann::json& body, std::vector<std::string> headers = {}) {
  return {.status = status, .body = body.dump(), .headers = std::move(headers), .act = {}};
}

TEST_CASE("each documented error of SendGrid has the expected outcome", "[email]") {
  const std::vector<DocumentedError> errors = {
      {400, "from", "The from object must be provided for every email send.", Kind::kConfig},
      {400, "from.email", "The from email does not contain a valid address.", Kind::kConfig},
      {400, "from.name", "must be a string", Kind::kConfig},
      {400, "personalizations.0.to.0.email", "Does not contain a valid address.", Kind::kRecipientRejected},
      {400, "subject", "The subject is required.", Kind::kMessageRejected},
      {400, "content.0.value", "The content value must be a string at least one character in length.",
       Kind::kMessageRejected},
      {400, "", "Bad Request", Kind::kRefused},
      {401, "", "The provided authorization grant is invalid, expired, or revoked", Kind::kConfig},
      {401, "", "Maximum credits exceeded", Kind::kQuota},
      {403, "from", "The from address does not match a verified Sender Identity.", Kind::kConfig},
      {403, "", "access forbidden", Kind::kConfig},
      {404, "", "not found", Kind::kConfig},
      {405, "", "method not allowed", Kind::kConfig},
      {406, "", "Missing Accept header", Kind::kConfig},
      {413, "", "Content too large", Kind::kNotExpressible},
      {415, "", "Content-Type should be application/json.", Kind::kConfig},
      {429, "", "too many requests", Kind::kRetry},
      {451, "", "account under review", Kind::kConfig},
      {500, "", "internal server error", Kind::kUnknown},
      {503, "", "service unavailable", Kind::kUnreachable},
  };
  CheckOutcomes("sendgrid", errors, [](const DocumentedError& error) {
    return JsonReply(error.status, {{"errors", {{{"message", error.text}, {"field", error.code}}}}});
  });
}

TEST_CASE("SendGrid's error about the sender takes precedence over earlier errors in the list", "[email]") {
  const nlohmann::json errors = {{{"message", "something"}, {"field", "headers"}},
                                 {{"message", "not valid"}, {"field", "from.email"}}};
  CHECK(OutcomeOfSend("sendgrid", JsonReply(400, {{"errors", errors}})).kind == Kind::kConfig);
}

TEST_CASE("each documented error of Postmark has the expected outcome", "[email]") {
  const std::vector<DocumentedError> errors = {
      {401, "10", "No Account or Server API tokens were supplied in the HTTP headers.", Kind::kConfig},
      {422, "100", "The Postmark API is offline for maintenance.", Kind::kUnreachable},
      {422, "300", "Invalid 'From' address: 'Shop'.", Kind::kConfig},
      {422, "300", "The 'MessageStream' is invalid.", Kind::kConfig},
      {422, "300", "Error parsing 'To': Illegal email address 'x'. It must contain the '@' symbol.",
       Kind::kRecipientRejected},
      {422, "300", "Provide either email TextBody or HtmlBody or both.", Kind::kMessageRejected},
      {422, "300", "Something else is invalid.", Kind::kRefused},
      {422, "400", "The 'From' address you supplied is not a Sender Signature on your account.",
       Kind::kConfig},
      {422, "401", "The sender signature has not been confirmed.", Kind::kConfig},
      {422, "402", "Invalid JSON.", Kind::kRefused},
      {422, "403", "Incompatible JSON.", Kind::kRefused},
      {422, "405", "Your account has run out of credits.", Kind::kQuota},
      {422, "406", "You tried to send to a recipient that has been marked as inactive.",
       Kind::kRecipientRejected},
      {422, "409", "JSON is required.", Kind::kRefused},
      {422, "411", "Forbidden file attachment.", Kind::kMessageRejected},
      {422, "412", "Your account is pending approval.", Kind::kConfig},
      {422, "413", "Your account may not send.", Kind::kConfig},
      {422, "1226", "The message stream for the provided 'ID' was not found.", Kind::kConfig},
      {422, "1235", "The message stream does not support sending.", Kind::kConfig},
      {404, "", "not found", Kind::kConfig},
      {413, "", "Payload too large", Kind::kNotExpressible},
      {415, "", "Unsupported media type", Kind::kConfig},
      {429, "", "Rate limit exceeded", Kind::kRetry},
      {500, "", "Internal server error", Kind::kUnknown},
      {503, "", "Service unavailable", Kind::kUnreachable},
  };
  CheckOutcomes("postmark", errors, [](const DocumentedError& error) {
    nlohmann::json body = {{"Message", error.text}};
    if (!error.code.empty()) body["ErrorCode"] = std::stoi(error.code);
    return JsonReply(error.status, body);
  });
}

TEST_CASE("each documented error of SES has the expected outcome", "[email]") {
  const std::vector<DocumentedError> errors = {
      {400, "MessageRejected",
       "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: x",
       Kind::kConfig},
      {400, "MessageRejected", "Sending paused for this account.", Kind::kConfig},
      {400, "MessageRejected", "Address is blacklisted.", Kind::kRecipientRejected},
      {400, "MessageRejected", "Illegal content", Kind::kMessageRejected},
      {400, "MessageRejected", "Something else", Kind::kRefused},
      {400, "BadRequestException", "Configuration set does not exist.", Kind::kConfig},
      {400, "BadRequestException", "Message length is more than 41943040 bytes long: '52428800'.",
       Kind::kNotExpressible},
      {400, "BadRequestException", "Missing final '@domain'", Kind::kRefused},
      {400, "AccountSuspendedException", "", Kind::kConfig},
      {400, "SendingPausedException", "", Kind::kConfig},
      {400, "MailFromDomainNotVerifiedException", "", Kind::kConfig},
      {404, "NotFoundException", "", Kind::kConfig},
      {400, "LimitExceededException", "", Kind::kQuota},
      {429, "TooManyRequestsException", "Daily message quota exceeded.", Kind::kQuota},
      {429, "TooManyRequestsException", "Maximum sending rate exceeded.", Kind::kRetry},
      {400, "ThrottlingException", "Rate exceeded", Kind::kRetry},
      {403, "AccessDeniedException", "User is not authorized to perform: ses:SendEmail", Kind::kConfig},
      {400, "AccessDeniedException", "", Kind::kConfig},
      {403, "ExpiredTokenException", "", Kind::kConfig},
      {400, "IncompleteSignature", "", Kind::kConfig},
      {403, "InvalidClientTokenId", "", Kind::kConfig},
      {403, "InvalidSignatureException", "", Kind::kConfig},
      {400, "NotAuthorized", "", Kind::kConfig},
      {400, "RequestExpired", "", Kind::kConfig},
      {400, "ValidationError", "", Kind::kRefused},
      {500, "InternalFailure", "", Kind::kUnknown},
      {503, "ServiceUnavailable", "", Kind::kUnreachable},
  };
  CheckOutcomes("ses", errors, [](const DocumentedError& error) {
    return JsonReply(error.status, {{"message", error.text}}, {"x-amzn-ErrorType: " + error.code});
  });
}

TEST_CASE("each documented error of Mailgun has the expected outcome", "[email]") {
  const std::vector<DocumentedError> errors = {
      {400, "", "from parameter is not a valid address. please check documentation", Kind::kConfig},
      {400, "", "to parameter is not a valid address. please check documentation", Kind::kRecipientRejected},
      {400, "", "Need at least one of 'text' or 'html' parameters specified", Kind::kMessageRejected},
      {400, "", "Sandbox subdomains are for test purposes only. The domain is not allowed to send",
       Kind::kConfig},
      {400, "", "Domain mg.example.com is not allowed to send: The domain is unverified", Kind::kConfig},
      {400, "", "something", Kind::kRefused},
      {401, "", "Forbidden", Kind::kConfig},
      {402, "", "Request Failed", Kind::kRefused},
      {403, "", "Domain mg.example.com is not allowed to send: Your account is probationary", Kind::kConfig},
      {404, "", "Domain not found: mg.example.com", Kind::kConfig},
      {413, "", "Request Entity Too Large", Kind::kNotExpressible},
      {420, "", "Domain mg.example.com is not allowed to send", Kind::kQuota},
      {403, "", "Domain mg.example.com is not allowed to send: recipient limit exceeded", Kind::kQuota},
      {429, "", "Too many requests", Kind::kRetry},
      {500, "", "Internal Server Error", Kind::kUnknown},
      {503, "", "Service Unavailable", Kind::kUnreachable},
  };
  CheckOutcomes("mailgun", errors, [](const DocumentedError& error) {
    return JsonReply(error.status, {{"message", error.text}});
  });
}

TEST_CASE("the retry delay after Mailgun's recipient limit ends at the time in the response", "[email]") {
  const std::string until =
      absl::FormatTime("%a, %d %b %Y %H:%M:%S UTC", absl::Now() + absl::Minutes(30), absl::UTCTimeZone());
  const SendOutcome outcome = OutcomeOfSend(
      "mailgun", JsonReply(420, {{"message",
                                  "Domain mg.example.com is not allowed to send: recipient limit "
                                  "exceeded, try again after " +
                                      until}}));
  CHECK(outcome.kind == Kind::kQuota);
  REQUIRE(outcome.retry_after);
  CHECK(*outcome.retry_after > absl::Minutes(29));
  CHECK(*outcome.retry_after <= absl::Minutes(30));
}

TEST_CASE("each documented error of Resend has the expected outcome", "[email]") {
  const std::vector<DocumentedError> errors = {
      {400, "validation_error", "API key is invalid", Kind::kConfig},
      {401, "validation_error", "API key is invalid", Kind::kConfig},
      {403, "invalid_api_key", "API key is invalid", Kind::kConfig},
      {401, "missing_api_key", "Missing API key in the authorization header.", Kind::kConfig},
      {401, "restricted_api_key", "This API key is restricted to only send emails", Kind::kConfig},
      {403, "validation_error", "You can only send testing emails to your own email address", Kind::kConfig},
      {403, "validation_error", "The example.com domain is not verified.", Kind::kConfig},
      {422, "invalid_from_address", "Invalid `from` field.", Kind::kConfig},
      {422, "validation_error", "Invalid `from` field. The email address needs to follow the `e@x.y` format.",
       Kind::kConfig},
      {422, "validation_error", "Invalid `to` field.", Kind::kRecipientRejected},
      {422, "invalid_access", "Access must be \"full_access\" | \"sending_access\".", Kind::kConfig},
      {422, "invalid_region", "Region must be one of", Kind::kConfig},
      {422, "missing_required_field", "Missing `subject` field.", Kind::kMessageRejected},
      {422, "invalid_attachment", "Attachment must have either a `content` or `path`.",
       Kind::kMessageRejected},
      {400, "invalid_idempotency_key", "The key must be between 1-256 chars.", Kind::kMessageRejected},
      {409, "invalid_idempotent_request", "Same idempotency key, another payload.", Kind::kMessageRejected},
      {409, "concurrent_idempotent_requests", "Same idempotency key, in progress.", Kind::kUnknown},
      {400, "validation_error", "We found an error with one or more fields in the request.", Kind::kRefused},
      {451, "security_error", "We may have found a security issue with the request.", Kind::kRefused},
      {404, "not_found", "The requested endpoint does not exist.", Kind::kConfig},
      {405, "method_not_allowed", "Method is not allowed for the requested path.", Kind::kConfig},
      {429, "monthly_quota_exceeded", "You have reached your monthly email quota.", Kind::kQuota},
      {429, "daily_quota_exceeded", "You have reached your daily email quota.", Kind::kQuota},
      {429, "rate_limit_exceeded", "Too many requests.", Kind::kRetry},
      {500, "application_error", "An unexpected error occurred.", Kind::kUnknown},
      {500, "internal_server_error", "An unexpected error occurred.", Kind::kUnknown},
  };
  CheckOutcomes("resend", errors, [](const DocumentedError& error) {
    return JsonReply(error.status,
                     {{"statusCode", error.status}, {"name", error.code}, {"message", error.text}});
  });
}

TEST_CASE("a probe returns kConfig for an invalid key with each HTTP status that Resend documents",
          "[email]") {
  for (const int status : {400, 401, 403}) {
    CAPTURE(status);
    const nlohmann::json body = {{"name", "validation_error"}, {"message", "API key is invalid"}};
    CHECK(OutcomeOfProbe("resend", JsonReply(status, body)).kind == Kind::kConfig);
  }
}

TEST_CASE("each documented error of Brevo has the expected outcome", "[email]") {
  const std::vector<DocumentedError> errors = {
      {400, "invalid_parameter", "sender is not valid", Kind::kConfig},
      {400, "missing_parameter", "sender is missing", Kind::kConfig},
      {400, "invalid_parameter", "email is not valid in to", Kind::kRecipientRejected},
      {400, "missing_parameter", "subject is missing", Kind::kMessageRejected},
      {400, "missing_parameter", "Either of htmlContent or textContent is required", Kind::kMessageRejected},
      {400, "bad_request", "something", Kind::kRefused},
      {400, "out_of_range", "something", Kind::kRefused},
      {400, "not_enough_credits", "You don't have enough credits", Kind::kQuota},
      {402, "not_enough_credits", "You don't have enough credits", Kind::kQuota},
      {401, "unauthorized", "Key not found", Kind::kConfig},
      {403, "permission_denied", "Unable to send email. Your SMTP account is not yet activated.",
       Kind::kConfig},
      {400, "permission_denied", "", Kind::kConfig},
      {400, "account_under_validation", "Your account is under validation", Kind::kConfig},
      {404, "document_not_found", "", Kind::kConfig},
      {405, "method_not_allowed", "", Kind::kConfig},
      {406, "not_acceptable", "", Kind::kConfig},
      {429, "too_many_requests", "", Kind::kRetry},
      {500, "internal_error", "", Kind::kUnknown},
      {503, "", "", Kind::kUnreachable},
  };
  CheckOutcomes("brevo", errors, [](const DocumentedError& error) {
    return JsonReply(error.status, {{"code", error.code}, {"message", error.text}});
  });
}

// The outcome of Send, and whether Send has sent an HTTP request.
struct SendResult {
  SendOutcome outcome;
  bool was_requested;
};

SendResult Send(const std::string& name, const Email& email) {
  const EmailFixture& fixture = FixtureOf(name);
  servers::ScriptedServer server([&fixture](const servers::SeenRequest&) { return fixture.accepted; });
  SendOutcome outcome = fixture.make(server.url())->Send(email, Soon());
  return {.outcome = std::move(outcome), .was_requested = !server.requests().empty()};
}

TEST_CASE("a non-ASCII local part is sent only to providers that document support for it", "[email]") {
  Email email = SampleEmail();
  email.to = "zoë@example.com";
  for (const EmailFixture& fixture : HttpEmailFixtures()) {
    CAPTURE(fixture.name);
    const bool takes = fixture.name == "mailgun" || fixture.name == "brevo";
    const SendResult result = Send(fixture.name, email);
    CHECK(result.outcome.kind == (takes ? Kind::kAccepted : Kind::kNotExpressible));
    CHECK(result.was_requested == takes);
    if (!takes)
      CHECK_THAT(result.outcome.error, Catch::StartsWith(fixture.name + " does not accept a recipient"));
  }
}

TEST_CASE("Send returns kConfig for an invalid sender and sends no request", "[email]") {
  const std::string senders[] = {"",
                                 "no-reply",
                                 "Shop, Inc. <no-reply@example.com>",
                                 "a@example.com <a@example.com>",
                                 "Shop\r\nBcc: eve@example.org <no-reply@example.com>",
                                 "Shop \xff <no-reply@example.com>",
                                 "zoë@example.com"};
  for (const EmailFixture& fixture : HttpEmailFixtures()) {
    for (const std::string& sender : senders) {
      CAPTURE(fixture.name, sender);
      Email email = SampleEmail();
      email.from = sender;
      const SendResult result = Send(fixture.name, email);
      CHECK(result.outcome.kind == Kind::kConfig);
      CHECK_THAT(result.outcome.error, Catch::StartsWith("the sender "));
      CHECK_FALSE(result.was_requested);
    }
  }
}

TEST_CASE("only the adapters for Postmark and Brevo limit the length of the sender", "[email]") {
  const auto is_asked = [](const std::string& name, std::size_t length) {
    Email email = SampleEmail();
    email.from = std::string(length, 'x') + " <no-reply@example.com>";
    const SendResult result = Send(name, email);
    CHECK(result.outcome.kind == (result.was_requested ? Kind::kAccepted : Kind::kConfig));
    return result.was_requested;
  };
  const std::size_t address = std::string(" <no-reply@example.com>").size();
  CHECK(is_asked("postmark", 255 - address - 2));
  CHECK_FALSE(is_asked("postmark", 255 - address + 1));
  CHECK(is_asked("brevo", 70));
  CHECK_FALSE(is_asked("brevo", 71));
  for (const char* name : {"sendgrid", "ses", "mailgun", "resend"}) CHECK(is_asked(name, 300));
}

TEST_CASE("Send returns kConfig for an invalid base URL or API key, and sends no request", "[email]") {
  for (const EmailFixture& fixture : HttpEmailFixtures()) {
    CAPTURE(fixture.name);
    for (const char* url : {"example.com", "ftp://example.com", "http://", "http://exa mple.com"}) {
      CAPTURE(url);
      CHECK(fixture.make(url)->Send(SampleEmail(), Soon()).kind == Kind::kConfig);
      CHECK(fixture.make(url)->Probe(Soon()).kind == Kind::kConfig);
    }
  }
  servers::ScriptedServer server([](const auto&) { return Reply{}; });
  PostmarkEmailProvider provider({.key = Secret("two\nlines"), .base_url = server.url()}, "");
  CHECK(provider.Send(SampleEmail(), Soon()).kind == Kind::kConfig);
  CHECK(server.requests().empty());
}

TEST_CASE("Send returns kConfig for an invalid Mailgun domain, SES region or SES configuration set",
          "[email]") {
  CHECK(MailgunEmailProvider::CheckDomain("mg.example.com").ok());
  for (const char* domain : {"", "mg example.com", "mg/example.com", "mg..example.com", "bücher.example"}) {
    CAPTURE(domain);
    servers::ScriptedServer server([](const auto&) { return Reply{}; });
    MailgunEmailProvider provider({.key = Secret(kTestKey), .base_url = server.url()}, domain);
    const SendOutcome outcome = provider.Send(SampleEmail(), Soon());
    CHECK(outcome.kind == Kind::kConfig);
    CHECK_THAT(outcome.error, Catch::StartsWith("email.mailgun.domain must be"));
    CHECK(server.requests().empty());
  }
  const auto ses_error = [](const std::string& region, const std::string& set) {
    servers::ScriptedServer server([](const auto&) { return Reply{}; });
    SesEmailProvider provider({.region = region,
                               .access_key_id = "AKIDEXAMPLE",
                               .secret_access_key = Secret(kTestKey),
                               .session_token = Secret(""),
                               .configuration_set = set,
                               .base_url = server.url()});
    const SendOutcome outcome = provider.Send(SampleEmail(), Soon());
    CHECK(outcome.kind == Kind::kConfig);
    CHECK(server.requests().empty());
    return outcome.error;
  };
  CHECK_THAT(ses_error("eu central", "set"), Catch::StartsWith("email.ses.region must be"));
  CHECK_THAT(ses_error("", "set"), Catch::StartsWith("email.ses.region must be"));
  CHECK_THAT(ses_error("eu-central-1", "a set"), Catch::StartsWith("email.ses.configuration_set must have"));
  CHECK_THAT(ses_error("eu-central-1", std::string(65, 'x')),
             Catch::StartsWith("email.ses.configuration_set must have"));
}

}  // namespace
}  // namespace keelson
