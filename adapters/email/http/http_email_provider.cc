#include "adapters/email/http/http_email_provider.h"

#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "adapters/email/mime/unsendable.h"
#include "adapters/support/http/error_text.h"
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

}  // namespace keelson
