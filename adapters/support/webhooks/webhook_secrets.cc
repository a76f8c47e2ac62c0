#include "adapters/support/webhooks/webhook_secrets.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/common/sha256.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::size_t kMinSecretSize = 16;

struct SignatureHeader {
  // As in the header, because the signature covers these characters.
  std::string seconds;
  std::vector<Sha256Digest> signatures;
};

// nullopt unless `hex` is a digest in hexadecimal digits.
std::optional<Sha256Digest> ParseDigest(absl::string_view hex) {
  Sha256Digest digest;
  const bool hexadecimal = std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit);
  if (hex.size() != 2 * digest.size() || !hexadecimal) return std::nullopt;
  const std::string bytes = absl::HexStringToBytes(hex);
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

SignatureHeader ParseHeader(std::string_view header) {
  SignatureHeader parsed;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(header), ',')) {
    const std::pair<absl::string_view, absl::string_view> item =
        absl::StrSplit(absl::StripAsciiWhitespace(part), absl::MaxSplits('=', 1));
    if (item.first == "t") parsed.seconds = std::string(item.second);
    if (item.first != "v1") continue;
    if (const std::optional<Sha256Digest> digest = ParseDigest(item.second)) {
      parsed.signatures.push_back(*digest);
    }
  }
  return parsed;
}

// nullopt unless `seconds` is a time of at most 12 digits, in seconds since the Unix epoch.
std::optional<absl::Time> ParseSeconds(const std::string& seconds) {
  std::int64_t value = 0;
  const bool digits = std::all_of(seconds.begin(), seconds.end(), absl::ascii_isdigit);
  if (!digits || seconds.size() > 12 || !absl::SimpleAtoi(seconds, &value)) return std::nullopt;
  return absl::FromUnixSeconds(value);
}

bool IsSecret(absl::string_view secret) {
  return secret.size() >= kMinSecretSize &&
         std::all_of(secret.begin(), secret.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

WebhookSecrets::WebhookSecrets(std::string_view list) {
  for (const absl::string_view secret : absl::StrSplit(ToAbsl(list), ',', absl::SkipEmpty())) {
    secrets_.emplace_back(std::string(secret));
  }
}

absl::Status WebhookSecrets::Check(std::string_view list) {
  const std::vector<absl::string_view> secrets = absl::StrSplit(ToAbsl(list), ',');
  if (secrets.size() > kMaxSecrets) {
    return absl::FailedPreconditionError(StrCat("must have at most ", kMaxSecrets, " secrets"));
  }
  if (std::all_of(secrets.begin(), secrets.end(), IsSecret)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      StrCat("must be secrets of at least ", kMinSecretSize,
             " printable ASCII characters without spaces, separated by commas"));
}

absl::Status WebhookSecrets::Verify(std::string_view header, std::string_view body, absl::Time now) const {
  const SignatureHeader parsed = ParseHeader(header);
  const std::optional<absl::Time> time = ParseSeconds(parsed.seconds);
  if (!time || parsed.signatures.empty()) {
    return absl::UnauthenticatedError("the signature header is missing or malformed");
  }
  if (absl::AbsDuration(now - *time) > kTolerance) {
    return absl::UnauthenticatedError("the signature is too old, or its time is in the future");
  }
  const std::string signed_text = StrCat(parsed.seconds, ".", body);
  bool matches = false;
  for (const Secret& secret : secrets_) {
    const Sha256Digest expected = HmacSha256(secret.Reveal(), signed_text);
    for (const Sha256Digest& signature : parsed.signatures) {
      matches = EqualInConstantTime(expected, signature) || matches;
    }
  }
  if (matches) return absl::OkStatus();
  return absl::UnauthenticatedError("no signature matches the webhook secrets");
}

}  // namespace keelson
