#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/fields.h"
#include "core/common/found.h"
#include "core/common/id.h"
#include "core/common/list_position.h"
#include "core/sessions/session.h"
#include "core/store/idempotency.h"

namespace keelson {

// A session with the fact about its user that introspection returns.
struct IntrospectedSession {
  Session session;
  bool email_verified = false;
};

// Expired sessions exist until PurgeExpired deletes them; callers check the expiry.
class SessionReader {
 public:
  virtual ~SessionReader() = default;
  // Returns the session with this access token. One statement with two lookups by an index.
  virtual Found<IntrospectedSession> FindByAccessDigest(const Sha256Digest& access_digest) = 0;
  // Returns at most `limit` sessions of the user, newest first, after the position `before`.
  virtual absl::StatusOr<std::vector<Session>> List(UserId user_id, std::optional<ListPosition> before,
                                                    int limit) = 0;
  // Returns the number of sessions that expire after `now` and were used after `used_after`. Reads every
  // session.
  virtual absl::StatusOr<std::int64_t> Count(absl::Time now, absl::Time used_after) = 0;
};

class SessionRepository {
 public:
  virtual ~SessionRepository() = default;
  // Lock the row until the transaction ends.
  virtual Found<Session> FindForUpdate(SessionId id) = 0;
  virtual Found<Session> FindByAccessDigestForUpdate(const Sha256Digest& access_digest) = 0;
  virtual Found<Session> FindByRefreshKeyForUpdate(const Sha256Digest& refresh_key) = 0;
  // Returns all sessions of the user, oldest first, and locks their rows.
  virtual absl::StatusOr<std::vector<Session>> ListForUpdate(UserId user_id) = 0;
  // The caller has locked the user by UserRepository::FindForUpdate, so that concurrent sign-ins of a user
  // count each other's sessions.
  virtual absl::Status Insert(const Session& session) = 0;
  virtual absl::Status Update(const Session& session) = 0;
  // Sets last_use_time of each session to its time in `uses`, if the session exists and its last recorded use
  // is at least `precision` older. May skip a session that another transaction has locked.
  virtual absl::Status RecordUses(const std::map<SessionId, absl::Time>& uses, absl::Duration precision) = 0;
  // Deletes the session if it exists.
  virtual absl::Status Delete(SessionId id) = 0;
};

// The failed sign-ins of one account or of one network, for the delay before the next attempt.
struct Throttle {
  Fingerprint key{};
  // Number of attempts since the last success that failed or are in flight.
  std::int64_t failures = 0;
  // No attempt is allowed before this time.
  absl::Time blocked_until;
  // When the row no longer matters and is deleted, not before blocked_until; InfiniteFuture: never.
  absl::Time expire_time;

  bool operator==(const Throttle&) const = default;
};

template <>
inline constexpr auto kFields<Throttle> = std::tuple{
    Immutable("key", &Throttle::key),
    Mutable("failures", &Throttle::failures),
    Mutable("blocked_until", &Throttle::blocked_until),
    Mutable("expire_time", &Throttle::expire_time),
};

class ThrottleRepository {
 public:
  virtual ~ThrottleRepository() = default;
  // Locks the row until the transaction ends, or the key if no row exists: of two transactions with the same
  // key, the second sees the first one's Put.
  virtual Found<Throttle> FindForUpdate(const Fingerprint& key) = 0;
  // Inserts or replaces the row.
  virtual absl::Status Put(const Throttle& throttle) = 0;
  // Deletes the row if it exists.
  virtual absl::Status Delete(const Fingerprint& key) = 0;
};

}  // namespace keelson
