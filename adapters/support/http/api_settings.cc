#include "adapters/support/http/api_settings.h"

#include <utility>

#include "adapters/support/http/http_syntax.h"

namespace keelson {

absl::Status CheckApiKey(std::string_view key) {
  if (IsHeaderValue(key) && key.find(' ') == std::string_view::npos) return absl::OkStatus();
  return absl::FailedPreconditionError("must be printable ASCII without spaces");
}

absl::Status CheckBaseUrl(std::string_view url) {
  if (IsHttpUrl(url)) return absl::OkStatus();
  return absl::FailedPreconditionError("must be empty, or a URL such as https://api.example.com");
}

SettingKey BaseUrlKey(SettingRef member) {
  return {.name = "base_url",
          .member = std::move(member),
          .description = kBaseUrlDescription,
          .check = &CheckBaseUrl};
}

}  // namespace keelson
