#include "core/store/verify/check_rows.h"

#include <array>
#include <optional>
#include <string>

#include "core/accounts/user_repository.h"
#include "core/common/email_address.h"
#include "core/common/serialize.h"
#include "core/common/strings.h"
#include "core/sessions/session.h"

namespace keelson {
namespace {

// The password hash of an erased user is personal data, too.
std::string ErasedUserIsEmptied(const UserRow& user) {
  const UserFields& f = user.fields;
  if (f.state != UserState::kErased) return "";
  UserFields rest;
  rest.id = f.id;
  rest.state = f.state;
  rest.create_time = f.create_time;
  rest.update_time = f.update_time;
  rest.version = f.version;
  return f == rest && !user.password_hash ? "" : "the erased user still has personal data";
}

// If the address is not in canonical form, e-mail to it could reach a mailbox that the key does not identify.
// Erased users have no address.
std::string UserAddressIsCanonical(const UserRow& user) {
  if (user.fields.state == UserState::kErased) return "";
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(user.fields.email);
  if (!address.ok()) return "the e-mail address is not valid";
  if (address->text() != user.fields.email) return "the e-mail address is not in canonical form";
  return address->key() == user.fields.email_key ? "" : "email_key does not match the e-mail address";
}

std::string DeletedUserHasTimes(const UserRow& user) {
  const UserFields& f = user.fields;
  const bool deleted = f.state == UserState::kDeleted;
  if (f.delete_time.has_value() == deleted && f.purge_time.has_value() == deleted) return "";
  return StrCat("delete_time or purge_time is ", deleted ? "not set" : "set", " in the state ",
                UserStateName(f.state));
}

// A DELETED user may have been ACTIVE or SUSPENDED before.
std::string SuspendedUserHasTime(const UserRow& user) {
  const UserFields& f = user.fields;
  if (f.state != UserState::kActive && f.state != UserState::kSuspended) return "";
  const bool suspended = f.state == UserState::kSuspended;
  if (f.suspend_time.has_value() == suspended) return "";
  return StrCat("suspend_time is ", suspended ? "not set" : "set", " in the state ", UserStateName(f.state));
}

constexpr std::array kUserInvariants = {
    Invariant<UserRow>{"erased_user_is_emptied", ErasedUserIsEmptied},
    Invariant<UserRow>{"user_address_is_canonical", UserAddressIsCanonical},
    Invariant<UserRow>{"deleted_user_has_times", DeletedUserHasTimes},
    Invariant<UserRow>{"suspended_user_has_time", SuspendedUserHasTime},
};

// ConfirmEmailChange sets this address as the address of the user.
std::string TokenHasNewAddress(const EmailToken& token) {
  if (token.purpose != TokenPurpose::kChangeEmail) {
    return token.new_email.empty() ? "" : "new_email is set, but the token does not change the address";
  }
  const absl::StatusOr<EmailAddress> address = EmailAddress::Parse(token.new_email);
  if (!address.ok()) return "new_email is not a valid address";
  return address->text() == token.new_email ? "" : "new_email is not in canonical form";
}

constexpr std::array kTokenInvariants = {
    Invariant<EmailToken>{"token_has_new_address", TokenHasNewAddress},
};

std::string SessionExpiresAfterCreation(const SessionFields& session) {
  return session.expire_time > session.create_time ? "" : "expire_time is not after create_time";
}

std::string SessionOutlastsAccessToken(const SessionFields& session) {
  return session.access_expire_time <= session.expire_time ? "" : "access_expire_time is after expire_time";
}

// The first generation has no previous token, and each rotation records one.
std::string SessionHasPreviousToken(const SessionFields& session) {
  if (session.generation >= 0 && (session.generation > 0) == session.previous_digest.has_value()) return "";
  return StrCat("previous_digest is ", session.previous_digest ? "set" : "not set", " in generation ",
                session.generation);
}

constexpr std::array kSessionInvariants = {
    Invariant<SessionFields>{"session_expires_after_creation", SessionExpiresAfterCreation},
    Invariant<SessionFields>{"session_outlasts_access_token", SessionOutlastsAccessToken},
    Invariant<SessionFields>{"session_has_previous_token", SessionHasPreviousToken},
};

// Body and variables may contain a token, so they must be erased once the message is sent or cancelled.
std::string EndedMessageIsEmptied(const Message& message) {
  if (message.state != MessageState::kSent && message.state != MessageState::kCancelled) return "";
  const bool empty =
      message.variables.empty() && message.content.text.empty() && message.content.html.empty();
  return empty ? ""
               : StrCat("the message is ", MessageStateName(message.state),
                        ", but still has its body or variables");
}

std::string EndedMessageHasEndTime(const Message& message) {
  const bool ended = message.state != MessageState::kQueued && message.state != MessageState::kSending;
  if (ended == message.end_time.has_value()) return "";
  const std::string_view state = MessageStateName(message.state);
  return ended ? StrCat("end_time is not set in the terminal state ", state)
               : StrCat("end_time is set in the non-terminal state ", state);
}

std::string SentMessageHasTime(const Message& message) {
  const bool sent = message.state == MessageState::kSent;
  if (sent == message.send_time.has_value()) return "";
  return StrCat("send_time is ", sent ? "not set" : "set", " in the state ", MessageStateName(message.state));
}

std::string SendingMessageIsClaimed(const Message& message) {
  if (message.state != MessageState::kSending || message.lease_epoch >= 1) return "";
  return StrCat("the message is SENDING, but was never claimed: lease_epoch is ", message.lease_epoch);
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
  return StrCat("the sequence number ", link.event.sequence, " follows ", link.sequence_before);
}

std::string EventHashesVerify(const ChainLink& link) {
  if (link.event.hash == ChainedHash(link.hash_before, link.event)) return "";
  return "the hash does not match the event's fields and the previous hash";
}

constexpr std::array kChainInvariants = {
    Invariant<ChainLink>{"events_are_gapless", EventsAreGapless},
    Invariant<ChainLink>{"event_hashes_verify", EventHashesVerify},
};

// Each use case stores a response of its own type. The response of an erased user is empty. Every serialized
// response begins with its size, like a serialized string.
std::string ResponseDecodes(const IdempotencyRecord& record) {
  if (record.answer.empty() && record.user_id) return "";
  const std::optional<std::string> content = Deserialize<std::string>(record.answer);
  if (content && Serialize(*content) == record.answer) return "";
  return StrCat("the stored response of ", record.answer.size(), " bytes can't be decoded");
}

constexpr std::array kResponseInvariants = {
    Invariant<IdempotencyRecord>{"answer_decodes", ResponseDecodes},
};

}  // namespace

absl::Status CheckUsers(Audit& audit) {
  RowStream<EmailToken> tokens(audit);
  const auto report_orphans = [&](const UserId* until) {
    for (; tokens.Peek() != nullptr && (until == nullptr || tokens.Peek()->user_id < *until);
         tokens.Advance()) {
      audit.Report("token_has_user", *tokens.Peek(),
                   StrCat("there is no ", tokens.Peek()->user_id.ToString()));
    }
  };
  absl::Status status = ForEach<UserRow>(audit, [&](const UserRow& user) {
    Judge(audit, user, user, kUserInvariants);
    report_orphans(&user.fields.id);
    for (; tokens.Peek() != nullptr && tokens.Peek()->user_id == user.fields.id; tokens.Advance()) {
      if (user.fields.state == UserState::kErased) {
        audit.Report("token_has_user", *tokens.Peek(), "the user is erased");
      }
      Judge(audit, *tokens.Peek(), *tokens.Peek(), kTokenInvariants);
    }
  });
  if (status.ok()) report_orphans(nullptr);
  status.Update(tokens.status());
  return status;
}

absl::Status CheckSessions(Audit& audit) {
  return ForEach<SessionFields>(
      audit, [&](const SessionFields& session) { Judge(audit, session, session, kSessionInvariants); });
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

absl::Status CheckResponses(Audit& audit) {
  return ForEach<IdempotencyRecord>(
      audit, [&](const IdempotencyRecord& record) { Judge(audit, record, record, kResponseInvariants); });
}

}  // namespace keelson
