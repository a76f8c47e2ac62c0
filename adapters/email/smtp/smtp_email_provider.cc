#include "adapters/email/smtp/smtp_email_provider.h"

#include <utility>

#include "adapters/email/mime/mime_message.h"
#include "adapters/email/mime/unsendable.h"
#include "adapters/support/http/error_text.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// Servers close idle connections at any time. The longer a connection is idle, the likelier the next message
// on it fails.
constexpr absl::Duration kMaxIdle = absl::Seconds(30);
constexpr std::size_t kMaxIdleConnections = 64;
// Maximum number of messages per connection: servers close connections after their own limit, some during a
// transaction.
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

SendOutcome SmtpEmailProvider::Transmit(const SmtpMessage& message, Deadline deadline) {
  if (PooledConnection pooled = TakeIdle(); pooled.connection != nullptr) {
    const SmtpResult result = TransmitOver(std::move(pooled), message, deadline);
    // If MAIL failed with kUnreachable, the server has not received the message: retry on a new connection.
    if (result.phase != SmtpPhase::kMail || result.outcome.kind != Kind::kUnreachable) return result.outcome;
  }
  auto connection = std::make_unique<SmtpConnection>();
  SendOutcome opened = connection->Open(options_, deadline);
  if (opened.kind != Kind::kAccepted) return opened;
  return TransmitOver({.connection = std::move(connection), .messages = 0, .idle_since = {}}, message,
                      deadline)
      .outcome;
}

SmtpResult SmtpEmailProvider::TransmitOver(PooledConnection pooled, const SmtpMessage& message,
                                           Deadline deadline) {
  SmtpResult result = Transact(*pooled.connection, message, deadline, options_.final_dot_timeout);
  // A connection is not reused after an error: servers slow down connections with several errors.
  if (result.outcome.kind == Kind::kAccepted && ++pooled.messages < kMaxMessages)
    ReturnIdle(std::move(pooled));
  return result;
}

SmtpEmailProvider::PooledConnection SmtpEmailProvider::TakeIdle() {
  // Declared before the lock, so that the destructor closes stale connections after the lock is released.
  std::vector<PooledConnection> stale;
  const absl::MutexLock lock(&mutex_);
  const SteadyTime oldest = SteadyTime::Now() - kMaxIdle;
  while (!idle_.empty()) {
    PooledConnection pooled = std::move(idle_.back());
    idle_.pop_back();
    if (pooled.idle_since >= oldest && pooled.connection->IsUsable()) return pooled;
    stale.push_back(std::move(pooled));
  }
  return {};
}

void SmtpEmailProvider::ReturnIdle(PooledConnection pooled) {
  pooled.idle_since = SteadyTime::Now();
  const absl::MutexLock lock(&mutex_);
  if (idle_.size() < kMaxIdleConnections) idle_.push_back(std::move(pooled));
}

SendOutcome SmtpEmailProvider::Clean(SendOutcome outcome) const {
  const std::vector<std::string_view> secrets = {options_.password.Reveal()};
  outcome.error = Sanitized(outcome.error, secrets);
  outcome.provider_message_id = Sanitized(outcome.provider_message_id, secrets);
  return outcome;
}

}  // namespace keelson
