#include "core/sessions/session.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

namespace keelson {
namespace {

Sha256Digest NewSalt(Entropy& entropy) {
  std::array<std::byte, std::tuple_size_v<Sha256Digest>> bytes;
  entropy.Fill(bytes);
  Sha256Digest salt;
  std::memcpy(salt.data(), bytes.data(), bytes.size());
  return salt;
}

}  // namespace

Session Session::Start(SessionId id, const User& user, std::string user_agent, std::string ip_address,
                       const SessionPolicy& policy, Entropy& entropy, absl::Time now, SessionTokens& tokens) {
  SessionFields fields;
  fields.id = id;
  fields.user_id = user->id;
  fields.user_agent = std::move(user_agent);
  fields.ip_address = std::move(ip_address);
  fields.create_time = now;
  fields.expire_time = now + policy.refresh_ttl;
  fields.email_verified = user->email_verify_time.has_value();
  Session session(std::move(fields));
  // The first tokens, too, are derived: from a token that is discarded.
  const RefreshToken origin = RefreshToken::Random(entropy);
  session.fields_.refresh_key = origin.key_digest();
  tokens = session.Rotate(origin, policy, entropy, now);
  session.fields_.previous_digest.reset();
  session.fields_.generation = 0;
  return session;
}

bool Session::IsExpired(const SessionPolicy& policy, absl::Time now) const {
  if (fields_.expire_time <= now) return true;
  return policy.idle_ttl > absl::ZeroDuration() && fields_.last_use_time + policy.idle_ttl <= now;
}

bool Session::AcceptsAccess(const SessionPolicy& policy, absl::Time now) const {
  return fields_.access_expire_time > now && !IsExpired(policy, now);
}

RefreshTokenState Session::StateOf(const RefreshToken& token, const SessionPolicy& policy,
                                   absl::Time now) const {
  const Sha256Digest digest = token.digest();
  if (EqualInConstantTime(digest, fields_.refresh_digest)) return RefreshTokenState::kCurrent;
  const bool in_grace = now < fields_.rotate_time + policy.refresh_grace;
  if (in_grace && fields_.previous_digest && EqualInConstantTime(digest, *fields_.previous_digest)) {
    return RefreshTokenState::kInGrace;
  }
  return RefreshTokenState::kSpent;
}

SessionTokens Session::Rotate(const RefreshToken& token, const SessionPolicy& policy, Entropy& entropy,
                              absl::Time now) {
  fields_.salt = NewSalt(entropy);
  fields_.previous_digest = token.digest();
  fields_.refresh_digest = token.Successor(fields_.salt).digest();
  SessionTokens tokens = Repeat(token);
  fields_.access_digest = AccessDigest(tokens.access.Reveal());
  fields_.access_expire_time = std::min(now + policy.access_ttl, fields_.expire_time);
  fields_.rotate_time = now;
  fields_.last_use_time = now;
  ++fields_.generation;
  return tokens;
}

SessionTokens Session::Repeat(const RefreshToken& previous) const {
  return {previous.SuccessorAccess(fields_.salt), previous.Successor(fields_.salt).Text()};
}

bool Session::RecordUse(const SessionPolicy& policy, absl::Time now) {
  if (now < fields_.last_use_time + policy.use_precision()) return false;
  fields_.last_use_time = now;
  return true;
}

}  // namespace keelson
