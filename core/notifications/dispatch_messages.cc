#include "core/notifications/dispatch_messages.h"

#include <algorithm>
#include <utility>

#include "core/common/backoff.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr absl::Duration kStoreTimeout = absl::Seconds(30);
// What is kept of a provider's words.
constexpr std::size_t kMaxError = 500;

using Kind = SendOutcome::Kind;

// Where nothing was sent, another provider may be asked at once.
bool MayFailOver(Kind kind) {
  return kind == Kind::kRetry || kind == Kind::kUnreachable || kind == Kind::kQuota || kind == Kind::kConfig;
}

bool IsFinal(Kind kind) {
  return kind == Kind::kRecipientRejected || kind == Kind::kMessageRejected;
}

// No more than kMaxError bytes, and no character cut in two.
std::string Shortened(std::string_view words) {
  std::size_t size = std::min(words.size(), kMaxError);
  while (size > 0 && size < words.size() && (static_cast<unsigned char>(words[size]) & 0xc0) == 0x80) --size;
  return std::string(words.substr(0, size));
}

void End(Message& message, MessageState state) {
  message.state = state;
  message.variables.clear();
}

std::string_view EventTypeOf(MessageState state) {
  switch (state) {
    case MessageState::kSent:
      return "message.sent";
    case MessageState::kDead:
      return "message.dead";
    case MessageState::kCancelled:
      return "message.cancelled";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<int> DispatchMessages::operator()() {
  absl::StatusOr<std::vector<Message>> claimed = Claim();
  if (!claimed.ok()) return claimed.status();
  if (claimed->empty()) return 0;
  for (Message& message : *claimed) Attempt(message);
  if (absl::Status status = Finish(*claimed); !status.ok()) return status;
  return static_cast<int>(claimed->size());
}

absl::StatusOr<std::vector<Message>> DispatchMessages::Claim() {
  const absl::Time now = clock_.Now();
  std::vector<Message> claimed;
  bool any = false;
  // An idle outbox costs a read, not a commit.
  absl::Status status = store_.Read(now + kStoreTimeout, [&](ReadTransaction& tx) -> absl::Status {
    const absl::StatusOr<bool> due = tx.messages().AnyDue(now);
    if (due.ok()) any = *due;
    return due.status();
  });
  if (!status.ok()) return status;
  if (!any) return claimed;
  status = store_.Write(now + kStoreTimeout, [&](WriteTransaction& tx) -> absl::Status {
    absl::StatusOr<std::vector<Message>> messages = tx.messages().Claim(now, now + policy_.lease, kBatch);
    if (messages.ok()) claimed = std::move(*messages);
    return messages.status();
  });
  if (!status.ok()) return status;
  return claimed;
}

void DispatchMessages::Attempt(Message& message) {
  const absl::Time now = clock_.Now();
  if (message.expire_time && *message.expire_time <= now) {
    message.last_error = "it expired before it could be sent";
    return End(message, MessageState::kCancelled);
  }
  // The batch took too long to be sure of the lease: it is given back, and no attempt is counted.
  if (now + policy_.timeout > message.due_time) {
    message.state = MessageState::kQueued;
    message.due_time = now;
    --message.attempts;
    return;
  }
  // Every attempt ended its sender before the outcome was written.
  if (message.attempts > policy_.max_attempts) {
    return Conclude(message, {Kind::kUnknown, "", std::nullopt, "no attempt's outcome is known"});
  }
  absl::StatusOr<RenderedMessage> content =
      renderer_.Render(message.template_name, message.locale, message.variables);
  if (!content.ok()) {
    return Conclude(message,
                    {Kind::kMessageRejected, "", std::nullopt, std::string(content.status().message())});
  }
  Email email{message.id, policy_.from, message.to, *std::move(content), message.create_time};
  Conclude(message, Send(email, message.provider));
}

// The providers in order, for as long as nothing was sent. `provider` becomes the one that answered last.
SendOutcome DispatchMessages::Send(const Email& email, std::string& provider) {
  SendOutcome outcome;
  for (EmailProvider* candidate : providers_) {
    provider = candidate->name();
    outcome = candidate->Send(email, clock_.Now() + policy_.timeout);
    if (!MayFailOver(outcome.kind)) break;
    log_.Write(Severity::kWarning, "message.refused", "an e-mail provider did not take a message",
               {{"provider", provider}, {"message_id", email.id.ToString()}, {"error", outcome.error}});
  }
  return outcome;
}

void DispatchMessages::Conclude(Message& message, const SendOutcome& outcome) {
  const absl::Time now = clock_.Now();
  message.last_error = Shortened(outcome.error);
  if (outcome.kind == Kind::kAccepted) {
    message.provider_message_id = outcome.provider_message_id;
    message.send_time = now;
    return End(message, MessageState::kSent);
  }
  if (IsFinal(outcome.kind) || message.attempts >= policy_.max_attempts) {
    log_.Write(Severity::kError, "message.dead", "a message will not be sent",
               {{"message_id", message.id.ToString()}, {"error", message.last_error}});
    return End(message, MessageState::kDead);
  }
  const absl::Duration delay = FullJitter(entropy_, policy_.base_delay, policy_.max_delay, message.attempts);
  message.state = MessageState::kQueued;
  message.due_time = now + std::max(delay, outcome.retry_after.value_or(absl::ZeroDuration()));
}

absl::Status DispatchMessages::Finish(const std::vector<Message>& attempted) {
  const absl::Time now = clock_.Now();
  const CallContext context{"system", "", "", now + kStoreTimeout};
  return store_.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    for (const Message& message : attempted) {
      const absl::StatusOr<bool> held = tx.messages().Save(message);
      if (!held.ok()) return held.status();
      const std::string_view event_type = EventTypeOf(message.state);
      if (!*held) {
        log_.Write(Severity::kWarning, "message.lease_lost", "another sender has taken a message over",
                   {{"message_id", message.id.ToString()}});
      }
      if (!*held || event_type.empty()) continue;
      absl::Status told = tx.events().Append(
          MakeEvent(event_type, message.id.ToString(), message.user_id, context, now,
                    EventPayload().Add("template", message.template_name).Add("provider", message.provider)));
      if (!told.ok()) return told;
    }
    return absl::OkStatus();
  });
}

}  // namespace keelson
