#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/entropy.h"
#include "core/common/fields.h"
#include "core/common/id.h"
#include "core/common/sha256.h"
#include "core/sessions/session_policy.h"
#include "core/sessions/session_tokens.h"

namespace keelson {

// The fields of an active session. A session that ends is deleted; the events keep its history.
struct SessionFields {
  SessionId id;
  UserId user_id;
  std::string user_agent;
  // The canonical text of an IPv4 or IPv6 address; empty if the caller gave none.
  std::string ip_address;
  absl::Time create_time;
  // The time of the last use, recorded with the precision SessionPolicy::use_precision.
  absl::Time last_use_time;
  absl::Time access_expire_time;
  absl::Time expire_time;
  // The digests of the tokens; the tokens are not stored.
  Sha256Digest access_digest{};
  // The digest of the part of the refresh tokens that all generations of the session have in common.
  Sha256Digest refresh_key{};
  // The digest of the part of the current refresh token that changes with each rotation.
  Sha256Digest refresh_digest{};
  // The previous generation's refresh_digest; unset before the first rotation.
  std::optional<Sha256Digest> previous_digest;
  // The salt by which the current tokens were derived from the previous refresh token.
  Sha256Digest salt{};
  // When the current generation began.
  absl::Time rotate_time;
  // Number of rotations.
  std::int64_t generation = 0;
  // Whether the user's address was verified when the session began. An address stays verified, so that an
  // introspection reads the user only if this is false.
  bool email_verified = false;

  bool operator==(const SessionFields&) const = default;
};

template <>
inline constexpr auto kFields<SessionFields> = std::tuple{
    Immutable("id", &SessionFields::id),
    Immutable("user_id", &SessionFields::user_id),
    Immutable("user_agent", &SessionFields::user_agent),
    Immutable("ip_address", &SessionFields::ip_address),
    Immutable("create_time", &SessionFields::create_time),
    Mutable("last_use_time", &SessionFields::last_use_time),
    Mutable("access_expire_time", &SessionFields::access_expire_time),
    Immutable("expire_time", &SessionFields::expire_time),
    Mutable("access_digest", &SessionFields::access_digest),
    Immutable("refresh_key", &SessionFields::refresh_key),
    Mutable("refresh_digest", &SessionFields::refresh_digest),
    Mutable("previous_digest", &SessionFields::previous_digest),
    Mutable("salt", &SessionFields::salt),
    Mutable("rotate_time", &SessionFields::rotate_time),
    Mutable("generation", &SessionFields::generation),
    Immutable("email_verified", &SessionFields::email_verified),
};

// The state of a refresh token that belongs to a session.
enum class RefreshTokenState {
  // The token of the current generation.
  kCurrent,
  // The token of the previous generation, within the grace period after its rotation.
  kInGrace,
  // A token of an earlier generation: the token was stolen, or a client lost its successor.
  kSpent,
};

// A signed-in user's session. Fields are read as `session->user_id` and change only by the methods below.
class Session {
 public:
  // Starts a session and sets `tokens`, which are shown to the caller once.
  static Session Start(SessionId id, const User& user, std::string user_agent, std::string ip_address,
                       const SessionPolicy& policy, Entropy& entropy, absl::Time now, SessionTokens& tokens);
  // Restores a session from stored fields.
  explicit Session(SessionFields fields) : fields_(std::move(fields)) {}

  const SessionFields* operator->() const { return &fields_; }
  const SessionFields& fields() const { return fields_; }

  // Whether the absolute lifetime or, if the policy limits it, the time since the last use is over.
  bool IsExpired(const SessionPolicy& policy, absl::Time now) const;
  // Whether the access token is valid: its own lifetime and the session's are not over.
  bool AcceptsAccess(const SessionPolicy& policy, absl::Time now) const;

  RefreshTokenState StateOf(const RefreshToken& token, const SessionPolicy& policy, absl::Time now) const;
  // Replaces the current tokens by their successors, which are derived from `token`, the current refresh
  // token, and a new salt. Returns the successors.
  SessionTokens Rotate(const RefreshToken& token, const SessionPolicy& policy, Entropy& entropy,
                       absl::Time now);
  // Returns the current tokens, derived again from the previous refresh token: a client that repeats a
  // refresh gets the tokens that its first call got.
  SessionTokens Repeat(const RefreshToken& previous) const;
  // Records a use of the session. Returns false, and changes nothing, within the policy's precision.
  bool RecordUse(const SessionPolicy& policy, absl::Time now);

 private:
  SessionFields fields_;
};

// A session with the tokens that the client gets.
struct IssuedSession {
  Session session;
  SessionTokens tokens;
};

}  // namespace keelson
