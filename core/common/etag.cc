#include "core/common/etag.h"

#include "core/common/error.h"
#include "core/common/strings.h"

namespace keelson {

std::string EtagOf(std::int64_t version) {
  return StrCat("v", version);
}

absl::Status CheckEtag(std::string_view etag, std::int64_t version) {
  if (etag.empty() || etag == EtagOf(version)) return absl::OkStatus();
  return MakeError(Reason::kEtagMismatch, "it was changed since it was read: read it again",
                   {{"etag", EtagOf(version)}});
}

}  // namespace keelson
