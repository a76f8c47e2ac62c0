#include "core/sessions/session_tokens.h"

#include <array>
#include <cstddef>

#include "absl/strings/escaping.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

std::string_view BytesOf(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Derives 256 bits from the secret of a refresh token. `purpose` separates the derived values.
Sha256Digest Derive(std::string_view purpose, const Secret& secret, const Sha256Digest& salt) {
  const Secret message(StrCat(purpose, " ", secret.Reveal()));  // wiped, unlike a string
  return HmacSha256(salt, message.Reveal());
}

}  // namespace

std::optional<RefreshToken> RefreshToken::Parse(std::string_view text) {
  const std::string_view trimmed = Trim(text);
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(absl::string_view(trimmed.data(), trimmed.size()), &bytes) ||
      bytes.size() != kKeyBytes + kSecretBytes) {
    return std::nullopt;
  }
  // Owns `bytes` from here, so that they are wiped.
  const Secret decoded(std::move(bytes));
  RefreshToken token(decoded.Reveal().substr(0, kKeyBytes), decoded.Reveal().substr(kKeyBytes));
  // Rejects other spellings of the same bytes, such as padding.
  if (token.Text().Reveal() != trimmed) return std::nullopt;
  return token;
}

RefreshToken RefreshToken::Random(Entropy& entropy) {
  std::array<std::byte, kKeyBytes + kSecretBytes> bytes;
  entropy.Fill(bytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {text.substr(0, kKeyBytes), text.substr(kKeyBytes)};
}

RefreshToken RefreshToken::Successor(const Sha256Digest& salt) const {
  return {key_.Reveal(), BytesOf(Derive("refresh", secret_, salt))};
}

Secret RefreshToken::SuccessorAccess(const Sha256Digest& salt) const {
  return Secret(absl::WebSafeBase64Escape(ToAbsl(BytesOf(Derive("access", secret_, salt)))));
}

Sha256Digest RefreshToken::key_digest() const {
  return Sha256(key_.Reveal());
}

Sha256Digest RefreshToken::digest() const {
  return Sha256(secret_.Reveal());
}

Secret RefreshToken::Text() const {
  const Secret bytes(StrCat(key_.Reveal(), secret_.Reveal()));
  return Secret(absl::WebSafeBase64Escape(ToAbsl(bytes.Reveal())));
}

Sha256Digest AccessDigest(std::string_view token) {
  return Sha256(Trim(token));
}

}  // namespace keelson
