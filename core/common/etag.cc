#include "core/common/etag.h"

#include "core/common/error.h"
#include "core/common/strings.h"

namespace keelson {

std::string EtagOf(std::int64_t version) {
  return StrCat("v", version);
}

absl::Status CheckEtag(std::string_view etag, std::int64_t version) {
  if (etag.empty() || etag == EtagOf(version)) return absl::OkStatus();
  return MakeError(
      Reason::kEtagMismatch,
      "the etag does not match, because the entity has changed: read the entity again, then retry",
      {{"etag", EtagOf(version)}});
}

}  // namespace keelson
