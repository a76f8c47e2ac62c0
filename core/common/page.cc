#include "core/common/page.h"

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "core/common/error.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// A token contains half of the MAC (128 bits). Forging a token takes 2^127 attempts on average.
constexpr std::size_t kMacSize = 16;

constexpr std::size_t kTimeSize = sizeof(std::int64_t);
constexpr std::size_t kPositionSize = kTimeSize + sizeof(Uuid);

std::string_view View(const auto& bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

// The creation time in microseconds, big-endian, and the id.
std::string BytesOf(const ListPosition& position) {
  std::array<std::uint8_t, kTimeSize> time{};
  auto micros = static_cast<std::uint64_t>(absl::ToUnixMicros(position.create_time));
  for (std::size_t i = time.size(); i-- > 0; micros >>= 8) time[i] = static_cast<std::uint8_t>(micros);
  return StrCat(View(time, time.size()), View(position.id, position.id.size()));
}

ListPosition FromBytes(std::string_view bytes) {
  ListPosition position;
  std::uint64_t micros = 0;
  for (const char byte : bytes.substr(0, kTimeSize)) micros = micros << 8 | static_cast<std::uint8_t>(byte);
  position.create_time = absl::FromUnixMicros(static_cast<std::int64_t>(micros));
  bytes.copy(reinterpret_cast<char*>(position.id.data()), position.id.size(), kTimeSize);
  return position;
}

}  // namespace

std::optional<int> EffectivePageSize(std::int32_t requested) {
  if (requested < 0) return std::nullopt;
  return requested == 0 ? kDefaultPageSize : std::min(requested, kMaxPageSize);
}

Sha256Digest PageTokens::Mac(std::string_view list, std::string_view position) const {
  return HmacSha256(key_, StrCat(position, list));
}

std::string PageTokens::Encode(std::string_view list, const ListPosition& last) const {
  const std::string position = BytesOf(last);
  return absl::WebSafeBase64Escape(StrCat(position, View(Mac(list, position), kMacSize)));
}

absl::StatusOr<std::optional<ListPosition>> PageTokens::Decode(std::string_view list,
                                                               std::string_view token) const {
  if (token.empty()) return std::optional<ListPosition>();
  const auto invalid = [] {
    return MakeError(Reason::kPageTokenInvalid,
                     "page_token must be the next_page_token of a response with the same filters");
  };
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) || bytes.size() != kPositionSize + kMacSize)
    return invalid();
  const ListPosition last = FromBytes(bytes);
  // Encodes the token again instead of comparing its parts: each position has exactly one valid token, and
  // the duration does not reveal where a MAC differs.
  if (!EqualInConstantTime(Sha256(Encode(list, last)), Sha256(token))) return invalid();
  return std::optional<ListPosition>(last);
}

}  // namespace keelson
