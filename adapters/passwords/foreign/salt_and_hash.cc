#include "adapters/passwords/foreign/salt_and_hash.h"

#include <optional>
#include <utility>

#include "adapters/passwords/foreign/foreign_bounds.h"
#include "core/common/strings.h"

namespace keelson {

absl::StatusOr<SaltAndHash> DecodeSaltAndHash(std::string_view salt, std::string_view hash, Base64 form) {
  using Bounds = ForeignBounds;
  std::optional<std::string> salt_bytes =
      FromBase64(salt, {Bounds::kMinSaltBytes, Bounds::kMaxSaltBytes}, form);
  std::optional<std::string> hash_bytes =
      FromBase64(hash, {Bounds::kMinHashBytes, Bounds::kMaxHashBytes}, form);
  if (salt_bytes && hash_bytes) return SaltAndHash{*std::move(salt_bytes), *std::move(hash_bytes)};
  return absl::InvalidArgumentError(
      StrCat("must have a salt of ", Bounds::kMinSaltBytes, " to ", Bounds::kMaxSaltBytes,
             " bytes and a hash of ", Bounds::kMinHashBytes, " to ", Bounds::kMaxHashBytes,
             " bytes, both in base64 ", form == Base64::kPadded ? "with" : "without", " padding"));
}

}  // namespace keelson
