#include "adapters/email/http/http_email_provider.h"

#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "adapters/email/mime/error_text.h"
#include "adapters/email/mime/unsendable.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

SendOutcome Failed(const HttpFailure& failure) {
  SendOutcome outcome;
  outcome.kind = failure.may_have_arrived ? Kind::kUnknown : Kind::kUnreachable;
  // A malformed URL or header comes from base_url or api_key in the configuration.
  if (failure.malformed) outcome.kind = Kind::kConfig;
  outcome.error = failure.reason;
  return outcome;
}

}  // namespace

SendOutcome HttpEmailProvider::Send(const Email& email, Deadline deadline) {
  const absl::StatusOr<HttpRequest> request = MakeRequest(email);
  if (!request.ok()) return Unsendable(request.status());
  HttpResult result = client_.Send(*request, deadline);
  if (const auto* failure = std::get_if<HttpFailure>(&result)) return Failed(*failure);
  const ProviderResponse response(std::get<HttpResponse>(std::move(result)));
  return Clean(OutcomeOf(response), response);
}

absl::StatusOr<HttpRequest> HttpEmailProvider::MakeRequest(const Email& email) const {
  ASSIGN_OR_RETURN(const Envelope envelope, ReadEnvelope(email));
  RETURN_IF_ERROR(WithSubject("the sender", CheckHttpSender(envelope.from)));
  RETURN_IF_ERROR(CheckSettings(envelope.from));
  if (NeedsUtf8(envelope.to) && !supports_utf8_recipients()) {
    return absl::UnimplementedError(
        StrCat(name(), " does not accept a recipient whose local part is not ASCII"));
  }
  return SendRequest(email, envelope);
}

SendOutcome HttpEmailProvider::Probe(Deadline deadline) {
  HttpResult result = client_.Send(ProbeRequest(), deadline);
  SendOutcome outcome;
  if (const auto* failure = std::get_if<HttpFailure>(&result)) {
    outcome = Failed(*failure);
  } else {
    const ProviderResponse response(std::get<HttpResponse>(std::move(result)));
    outcome = Clean(ProbeOutcome(response), response);
  }
  // A probe sends no message, so kUnknown (may have been sent) does not apply.
  if (outcome.kind == Kind::kUnknown) outcome.kind = Kind::kUnreachable;
  return outcome;
}

SendOutcome HttpEmailProvider::ProbeOutcome(const ProviderResponse& response) const {
  if (IsGoodRefusal(response) || (response.succeeded() && response.is_json())) return Accepted("");
  if (!response.succeeded()) return OutcomeOf(response);
  SendOutcome outcome = Unreadable(response);
  outcome.kind = Kind::kConfig;
  return outcome;
}

SendOutcome HttpEmailProvider::Clean(SendOutcome outcome, const ProviderResponse& response) const {
  if (outcome.kind != Kind::kAccepted && !outcome.retry_after) {
    outcome.retry_after = ParseRetryAfter(response.header("retry-after"), absl::Now());
  }
  if (outcome.kind == Kind::kRetry && response.status() == 429 && !outcome.retry_after) {
    outcome.retry_after = kDefaultRetryAfter;
  }
  outcome.error = Sanitized(outcome.error, secrets());
  outcome.provider_message_id = PlainLine(outcome.provider_message_id);
  return outcome;
}

absl::Status CheckHttpSender(const Mailbox& from) {
  if (!NeedsUtf8(from.address)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "must have an ASCII local part (before the @) for providers with an HTTP API");
}

ApiAccess ApiAccessOf(const ApiSettings& settings) {
  return {.key = Secret(settings.api_key), .base_url = settings.base_url};
}

std::string BaseUrl(std::string_view configured, std::string_view default_url) {
  if (configured.empty()) return std::string(default_url);
  return std::string(configured.substr(0, configured.find_last_not_of('/') + 1));
}

ApiAccess WithDefaultBase(ApiAccess access, std::string_view default_url) {
  access.base_url = BaseUrl(access.base_url, default_url);
  return access;
}

HttpRequest JsonPost(std::string url, std::vector<HttpHeader> headers, const nlohmann::json& body) {
  HttpRequest request = JsonGet(std::move(url), std::move(headers));
  request.method = "POST";
  request.headers.push_back({"Content-Type", "application/json"});
  // With `replace`, invalid UTF-8, such as in a name in the configuration, becomes U+FFFD; by default, dump()
  // throws.
  request.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return request;
}

HttpRequest JsonGet(std::string url, std::vector<HttpHeader> headers) {
  HttpRequest request;
  request.method = "GET";
  request.url = std::move(url);
  request.headers = std::move(headers);
  request.headers.push_back({"Accept", "application/json"});
  return request;
}

HttpHeader Bearer(const Secret& key) {
  return {"Authorization", StrCat("Bearer ", key.Reveal())};
}

}  // namespace keelson
