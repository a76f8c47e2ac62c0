#include "core/common/page.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "core/common/error.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Half of the MAC is kept: forging one still takes 2^127 guesses on average.
constexpr std::size_t kMacSize = 16;

std::string_view View(const auto& bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

}  // namespace

std::optional<int> EffectivePageSize(std::int32_t requested) {
  if (requested < 0) return std::nullopt;
  return requested == 0 ? kDefaultPageSize : std::min(requested, kMaxPageSize);
}

Sha256Digest PageTokens::Mac(std::string_view list, const Uuid& last) const {
  return HmacSha256(key_, StrCat(View(last, last.size()), list));
}

std::string PageTokens::Encode(std::string_view list, const Uuid& last) const {
  return absl::WebSafeBase64Escape(StrCat(View(last, last.size()), View(Mac(list, last), kMacSize)));
}

absl::StatusOr<std::optional<Uuid>> PageTokens::Decode(std::string_view list, std::string_view token) const {
  if (token.empty()) return std::optional<Uuid>();
  const auto invalid = [] {
    return MakeError(Reason::kPageTokenInvalid,
                     "page_token must be the next_page_token of an answer to the same filters");
  };
  std::string bytes;
  Uuid last{};
  if (!absl::WebSafeBase64Unescape(ToAbsl(token), &bytes) || bytes.size() != last.size() + kMacSize)
    return invalid();
  bytes.copy(reinterpret_cast<char*>(last.data()), last.size());
  // Written anew rather than compared in part: one token has one spelling, and the time taken tells nothing
  // of where a digest differs.
  if (!EqualInConstantTime(Sha256(Encode(list, last)), Sha256(token))) return invalid();
  return std::optional<Uuid>(last);
}

}  // namespace keelson
