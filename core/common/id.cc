#include "core/common/id.h"

#include <algorithm>
#include <span>

namespace keelson {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kEncodedSize = 26;
constexpr std::uint8_t kInvalid = 0xff;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kInvalid);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

__extension__ using WideUnsigned = unsigned __int128;

WideUnsigned ToWide(const Uuid& uuid) {
  WideUnsigned wide = 0;
  for (const std::uint8_t byte : uuid) wide = wide << 8 | byte;
  return wide;
}

Uuid FromWide(WideUnsigned wide) {
  Uuid uuid;
  for (std::size_t i = uuid.size(); i-- > 0; wide >>= 8) uuid[i] = static_cast<std::uint8_t>(wide);
  return uuid;
}

// Creates a UUIDv7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, version, variant and random bits.
Uuid MakeUuidV7(std::uint64_t unix_ms, Entropy& entropy) {
  Uuid uuid;
  entropy.Fill(std::as_writable_bytes(std::span(uuid)));
  for (std::size_t i = 0; i < 6; ++i) uuid[i] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
  uuid[6] = static_cast<std::uint8_t>(0x70 | (uuid[6] & 0x0f));
  uuid[8] = static_cast<std::uint8_t>(0x80 | (uuid[8] & 0x3f));
  return uuid;
}

// The next UUIDv7 after `uuid`: increments the random bits, and on overflow the timestamp.
Uuid Successor(Uuid uuid) {
  for (std::size_t i = uuid.size(); i-- > 9;) {
    if (++uuid[i] != 0) return uuid;
  }
  if ((++uuid[8] & 0x3f) != 0) return uuid;
  uuid[8] = 0x80;
  if (++uuid[7] != 0) return uuid;
  if ((++uuid[6] & 0x0f) != 0) return uuid;
  uuid[6] = 0x70;
  for (std::size_t i = 6; i-- > 0;) {
    if (++uuid[i] != 0) break;
  }
  return uuid;
}

}  // namespace

std::string FormatTypeId(std::string_view prefix, const Uuid& uuid) {
  std::string text(prefix.size() + 1 + kEncodedSize, '_');
  prefix.copy(text.data(), prefix.size());
  WideUnsigned rest = ToWide(uuid);
  for (std::size_t i = text.size(); i-- > prefix.size() + 1; rest >>= 5) text[i] = kAlphabet[rest & 31];
  return text;
}

std::optional<Uuid> ParseTypeId(std::string_view prefix, std::string_view text) {
  if (text.size() != prefix.size() + 1 + kEncodedSize || !text.starts_with(prefix) ||
      text[prefix.size()] != '_') {
    return std::nullopt;
  }
  text.remove_prefix(prefix.size() + 1);
  if (text.front() > '7') return std::nullopt;  // 26 characters hold 130 bits, but a UUID has only 128
  WideUnsigned wide = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<std::uint8_t>(c)];
    if (value == kInvalid) return std::nullopt;
    wide = wide << 5 | value;
  }
  return FromWide(wide);
}

Uuid IdGenerator::NextUuid() {
  const auto unix_ms = static_cast<std::uint64_t>(absl::ToUnixMillis(clock_.Now()));
  const Uuid fresh = MakeUuidV7(unix_ms, entropy_);
  absl::MutexLock lock(&mutex_);
  last_ = fresh > last_ ? fresh : Successor(last_);
  return last_;
}

}  // namespace keelson
