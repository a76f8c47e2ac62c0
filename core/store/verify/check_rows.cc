#include "core/store/verify/check_rows.h"

#include <array>
#include <optional>
#include <string>

#include "core/accounts/user_repository.h"
#include "core/common/email_address.h"
#include "core/common/serialize.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::string UserHasPassword(const UserRow& user) {
  return user.password_hash || user.fields.state == UserState::kErased ? "" : "it has no password hash";
}

// Mail to an address in another form could reach another mailbox than the one that the key identifies. Erased
// users hold no address.
std::string UserAddressIsCanonical(const UserRow& user) {
  if (user.fields.state == UserState::kErased) return "";
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(user.fields.email);
  if (!address.ok()) return "its e-mail address is not valid";
  if (address->text() != user.fields.email) return "its e-mail address is not in canonical form";
  return address->key() == user.fields.email_key ? "" : "its email_key does not match its e-mail address";
}

constexpr std::array kUserInvariants = {
    Invariant<UserRow>{"user_has_password", UserHasPassword},
    Invariant<UserRow>{"user_address_is_canonical", UserAddressIsCanonical},
};

// They may hold a token.
std::string EndedMessageIsEmptied(const Message& message) {
  if (message.state != MessageState::kSent && message.state != MessageState::kCancelled) return "";
  const bool empty =
      message.variables.empty() && message.content.text.empty() && message.content.html.empty();
  return empty ? "" : "it has ended and still holds what it said";
}

std::string EndedMessageHasEndTime(const Message& message) {
  const bool ended = message.state != MessageState::kQueued && message.state != MessageState::kSending;
  if (ended == message.end_time.has_value()) return "";
  return ended ? "it has ended at no time" : "it has an end and is still owed";
}

std::string SentMessageHasTime(const Message& message) {
  const bool sent = message.state == MessageState::kSent;
  if (sent == message.send_time.has_value()) return "";
  return sent ? "it is sent and has no time of sending" : "it has a time of sending and is not sent";
}

std::string SendingMessageIsClaimed(const Message& message) {
  if (message.state != MessageState::kSending || message.lease_epoch >= 1) return "";
  return "it is being sent and nobody ever claimed it";
}

constexpr std::array kMessageInvariants = {
    Invariant<Message>{"ended_message_is_emptied", EndedMessageIsEmptied},
    Invariant<Message>{"ended_message_has_end_time", EndedMessageHasEndTime},
    Invariant<Message>{"sent_message_has_time", SentMessageHasTime},
    Invariant<Message>{"sending_message_is_claimed", SendingMessageIsClaimed},
};

struct ChainLink {
  std::int64_t sequence_before = 0;
  Sha256Digest hash_before{};
  const Event& event;
};

std::string EventsAreGapless(const ChainLink& link) {
  if (link.event.sequence == link.sequence_before + 1) return "";
  return StrCat("it follows on ", link.sequence_before);
}

std::string EventHashesVerify(const ChainLink& link) {
  if (link.event.hash == ChainedHash(link.hash_before, link.event)) return "";
  return "its hash is not that of its fields and of the event before it";
}

constexpr std::array kChainInvariants = {
    Invariant<ChainLink>{"events_are_gapless", EventsAreGapless},
    Invariant<ChainLink>{"event_hashes_verify", EventHashesVerify},
};

// An answer's fields are its use case's own; what all have in common is the frame around them, which is that
// of a text.
std::string AnswerDecodes(const IdempotencyRecord& record) {
  const std::optional<std::string> content = Deserialize<std::string>(record.answer);
  if (content && Serialize(*content) == record.answer) return "";
  return StrCat("its answer of ", record.answer.size(), " bytes can't be read");
}

constexpr std::array kAnswerInvariants = {
    Invariant<IdempotencyRecord>{"answer_decodes", AnswerDecodes},
};

}  // namespace

absl::Status CheckUsers(Audit& audit) {
  RowStream<EmailToken> tokens(audit);
  const auto report_orphans = [&](const UserId* until) {
    for (; tokens.Peek() != nullptr && (until == nullptr || tokens.Peek()->user_id < *until);
         tokens.Advance()) {
      audit.Report("token_has_user", *tokens.Peek(), "there is no such user");
    }
  };
  absl::Status status = ForEach<UserRow>(audit, [&](const UserRow& user) {
    Judge(audit, user, user, kUserInvariants);
    report_orphans(&user.fields.id);
    while (tokens.Peek() != nullptr && tokens.Peek()->user_id == user.fields.id) tokens.Advance();
  });
  if (status.ok()) report_orphans(nullptr);
  status.Update(tokens.status());
  return status;
}

absl::Status CheckMessages(Audit& audit) {
  return ForEach<Message>(
      audit, [&](const Message& message) { Judge(audit, message, message, kMessageInvariants); });
}

absl::Status CheckEventChain(Audit& audit) {
  std::int64_t sequence = 0;
  Sha256Digest hash{};
  return ForEach<Event>(audit, [&](const Event& event) {
    Judge(audit, event, ChainLink{sequence, hash, event}, kChainInvariants);
    sequence = event.sequence;
    hash = event.hash;
  });
}

absl::Status CheckAnswers(Audit& audit) {
  return ForEach<IdempotencyRecord>(
      audit, [&](const IdempotencyRecord& record) { Judge(audit, record, record, kAnswerInvariants); });
}

}  // namespace keelson
