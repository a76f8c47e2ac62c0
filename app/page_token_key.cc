#include "app/page_token_key.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "core/common/status_macros.h"
#include "core/store/setting_repository.h"

namespace keelson {
namespace {

constexpr std::string_view kSetting = "page_token_key";

std::string NewKey(Entropy& entropy) {
  std::string bytes(Sha256Digest().size(), '\0');
  entropy.Fill(std::as_writable_bytes(std::span(bytes)));
  return absl::BytesToHexString(bytes);
}

std::optional<Sha256Digest> ParseKey(const std::string& hex) {
  Sha256Digest key;
  if (hex.size() != 2 * key.size() || !std::ranges::all_of(hex, absl::ascii_isxdigit)) return std::nullopt;
  std::ranges::copy(absl::HexStringToBytes(hex), key.begin());
  return key;
}

}  // namespace

absl::StatusOr<Sha256Digest> ReadOrMakePageTokenKey(Store& store, Entropy& entropy, Deadline deadline) {
  const std::string candidate = NewKey(entropy);
  std::string hex;
  RETURN_IF_ERROR(store.Write(deadline, [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(hex, tx.settings().FindOrInsert(kSetting, candidate));
    return absl::OkStatus();
  }));
  const std::optional<Sha256Digest> key = ParseKey(hex);
  if (!key)
    return absl::InternalError(
        "the setting page_token_key in the store is not 64 hexadecimal digits; restore it from a backup");
  return *key;
}

}  // namespace keelson
