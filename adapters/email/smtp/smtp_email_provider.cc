#include "adapters/email/smtp/smtp_email_provider.h"

#include <utility>

#include "adapters/email/mime/error_text.h"
#include "adapters/email/mime/mime_message.h"
#include "adapters/email/mime/unsendable.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// A server closes an idle connection when it likes: the longer one is kept, the likelier a message meets
// that.
constexpr absl::Duration kMaxIdle = absl::Seconds(30);
constexpr std::size_t kMaxKept = 64;
// Servers end connections that carry too many, some in the middle of a message's turn.
constexpr int kMaxMessages = 100;

}  // namespace

SendOutcome SmtpEmailProvider::Send(const Email& email, Deadline deadline) {
  absl::StatusOr<Envelope> envelope = ReadEnvelope(email);
  absl::StatusOr<std::string> message =
      envelope.ok() ? RenderMime(email) : absl::StatusOr<std::string>(envelope.status());
  if (!message.ok()) return Unsendable(message.status());
  return Clean(Transmit({*std::move(envelope), *std::move(message)}, deadline));
}

SendOutcome SmtpEmailProvider::Probe(Deadline deadline) {
  return Clean(SmtpConnection().Open(options_, deadline));
}

SendOutcome SmtpEmailProvider::Transmit(const SmtpLetter& letter, Deadline deadline) {
  if (Kept kept = Take(); kept.connection != nullptr) {
    const SmtpEnd end = TransmitOver(std::move(kept), letter, deadline);
    // The server may end a kept connection in the same moment: then nothing was sent over it.
    if (end.phase != SmtpPhase::kMail || end.outcome.kind != Kind::kUnreachable) return end.outcome;
  }
  auto connection = std::make_unique<SmtpConnection>();
  SendOutcome opened = connection->Open(options_, deadline);
  if (opened.kind != Kind::kAccepted) return opened;
  return TransmitOver({.connection = std::move(connection), .messages = 0, .since = {}}, letter, deadline)
      .outcome;
}

SmtpEnd SmtpEmailProvider::TransmitOver(Kept kept, const SmtpLetter& letter, Deadline deadline) {
  SmtpEnd end = Transact(*kept.connection, letter, deadline, options_.final_answer);
  // After a refusal the next message begins anew: servers count a connection's errors and slow it down.
  if (end.outcome.kind == Kind::kAccepted && ++kept.messages < kMaxMessages) Keep(std::move(kept));
  return end;
}

SmtpEmailProvider::Kept SmtpEmailProvider::Take() {
  // Ended when the lock is free again.
  std::vector<Kept> stale;
  const absl::MutexLock lock(&mutex_);
  const SteadyTime oldest = SteadyTime::Now() - kMaxIdle;
  while (!kept_.empty()) {
    Kept kept = std::move(kept_.back());
    kept_.pop_back();
    if (kept.since >= oldest && kept.connection->IsQuiet()) return kept;
    stale.push_back(std::move(kept));
  }
  return {};
}

void SmtpEmailProvider::Keep(Kept kept) {
  kept.since = SteadyTime::Now();
  const absl::MutexLock lock(&mutex_);
  if (kept_.size() < kMaxKept) kept_.push_back(std::move(kept));
}

SendOutcome SmtpEmailProvider::Clean(SendOutcome outcome) const {
  const std::vector<std::string_view> secrets = {options_.password.Reveal()};
  outcome.error = Sanitized(outcome.error, secrets);
  outcome.provider_message_id = Sanitized(outcome.provider_message_id, secrets);
  return outcome;
}

}  // namespace keelson
