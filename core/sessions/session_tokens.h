// The tokens of a session. An access token has 256 random bits. A refresh token has a key of 128 random bits,
// which is the same for every generation of a session and finds the session, and a secret of 256 bits, which
// changes with each rotation.
//
// The first secret is random. The tokens of the next generation are derived from the previous secret and a
// random salt, which the session stores: a client that repeats a refresh gets the same successors, although
// the store holds only digests. Neither the salt nor a spent secret alone reveals a successor.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/common/entropy.h"
#include "core/common/secret.h"
#include "core/common/sha256.h"

namespace keelson {

// A refresh token as a client sends it, split into its parts.
class RefreshToken {
 public:
  // nullopt if `text` does not have the form of a refresh token. Ignores surrounding white space.
  static std::optional<RefreshToken> Parse(std::string_view text);
  static RefreshToken Random(Entropy& entropy);
  // The token of the next generation.
  RefreshToken Successor(const Sha256Digest& salt) const;
  // The access token that is issued with Successor(salt).
  Secret SuccessorAccess(const Sha256Digest& salt) const;

  // The digest of the key, by which the store finds the session.
  Sha256Digest key_digest() const;
  // The digest of the secret.
  Sha256Digest digest() const;
  // The text that the client gets: base64url.
  Secret Text() const;

 private:
  static constexpr std::size_t kKeyBytes = 16;
  static constexpr std::size_t kSecretBytes = 32;

  RefreshToken(std::string_view key, std::string_view secret)
      : key_(std::string(key)), secret_(std::string(secret)) {}

  Secret key_;
  Secret secret_;
};

// What a sign-in or a refresh returns to the client.
struct SessionTokens {
  Secret access;
  Secret refresh;
};

// Returns the digest by which the store finds the session of an access token. Ignores surrounding white
// space.
Sha256Digest AccessDigest(std::string_view token);

}  // namespace keelson
