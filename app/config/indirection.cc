#include "app/config/indirection.h"

#include "absl/status/status.h"
#include "adapters/support/files/small_file.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::string_view kEnvironmentPrefix = "env:";
constexpr std::string_view kFilePrefix = "file:";
constexpr std::size_t kMaxFileBytes = 64 * 1024;

}  // namespace

bool IsIndirect(std::string_view text) {
  return text.starts_with(kEnvironmentPrefix) || text.starts_with(kFilePrefix);
}

absl::StatusOr<std::string> Resolve(std::string_view text, const Environment& environment) {
  if (text.starts_with(kEnvironmentPrefix)) {
    text.remove_prefix(kEnvironmentPrefix.size());
    const auto variable = environment.find(std::string(text));
    if (variable != environment.end()) return variable->second;
    return absl::InvalidArgumentError(
        StrCat("refers to the environment variable ", text, ", which is not set"));
  }
  if (text.starts_with(kFilePrefix)) {
    text.remove_prefix(kFilePrefix.size());
    absl::StatusOr<std::string> content = ReadSmallFile(std::string(text), kMaxFileBytes);
    if (!content.ok()) {
      return absl::InvalidArgumentError(
          StrCat("refers to the file ", text, ", which ", content.status().message()));
    }
    if (content->ends_with('\n')) content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
    return content;
  }
  return std::string(text);
}

}  // namespace keelson
