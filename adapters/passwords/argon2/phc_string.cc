#include "adapters/passwords/argon2/phc_string.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "adapters/passwords/hash_fields.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::string_view NameOf(Argon2Variant variant) {
  return variant == Argon2Variant::kArgon2i ? "argon2i" : "argon2id";
}

std::optional<Argon2Variant> VariantOf(std::string_view name) {
  for (const Argon2Variant variant : {Argon2Variant::kArgon2id, Argon2Variant::kArgon2i}) {
    if (NameOf(variant) == name) return variant;
  }
  return std::nullopt;
}

bool ReadArgon2Cost(std::string_view text, Argon2idCost& cost) {
  const std::vector<std::string_view> parts = SplitFields(text, ',');
  return parts.size() == 3 && ReadParameter(parts[0], "m=", cost.memory_kib) &&
         ReadParameter(parts[1], "t=", cost.iterations) && ReadParameter(parts[2], "p=", cost.parallelism);
}

}  // namespace

std::string FormatPhc(const PhcString& phc) {
  return StrCat("$", NameOf(phc.variant), "$v=19$m=", phc.cost.memory_kib, ",t=", phc.cost.iterations,
                ",p=", phc.cost.parallelism, "$", ToBase64(phc.salt), "$", ToBase64(phc.hash));
}

absl::StatusOr<PhcString> ParsePhc(std::string_view text) {
  using Bounds = Argon2idBounds;
  const std::vector<std::string_view> parts = SplitFields(text, '$');
  const std::optional<Argon2Variant> variant = parts.size() == 6 ? VariantOf(parts[1]) : std::nullopt;
  PhcString phc;
  if (!variant || !parts[0].empty() || parts[2] != "v=19" || !ReadArgon2Cost(parts[3], phc.cost)) {
    return absl::InvalidArgumentError(
        "must have the form $argon2id$v=19$m=KIB,t=ITERATIONS,p=LANES$SALT$HASH, or the same with argon2i");
  }
  RETURN_IF_ERROR(CheckArgon2idCost(phc.cost));
  auto salt = FromBase64(parts[4], {Bounds::kMinSaltBytes, Bounds::kMaxSaltBytes});
  auto hash = FromBase64(parts[5], {Bounds::kMinHashBytes, Bounds::kMaxHashBytes});
  if (!salt || !hash) {
    return absl::InvalidArgumentError(StrCat("must have an Argon2 salt of ", Bounds::kMinSaltBytes, " to ",
                                             Bounds::kMaxSaltBytes, " bytes and a hash of ",
                                             Bounds::kMinHashBytes, " to ", Bounds::kMaxHashBytes,
                                             " bytes, both in base64 without padding"));
  }
  phc.variant = *variant;
  phc.salt = *std::move(salt);
  phc.hash = *std::move(hash);
  return phc;
}

}  // namespace keelson
