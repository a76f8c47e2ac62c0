// The configuration keys that all adapters of HTTP APIs share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "adapters/support/descriptors/config_section.h"

namespace keelson {

struct ApiSettings {
  std::string api_key;
  // Scheme and host of the API; empty: the provider's public API.
  std::string base_url;
};

inline constexpr std::string_view kApiKeyDescription = "the provider's API key";
inline constexpr std::string_view kBaseUrlDescription =
    "base URL of the API (scheme and host); empty: the provider's public API";

// FAILED_PRECONDITION if the value is invalid. The error message starts with a verb ("must …").
absl::Status CheckApiKey(std::string_view key);
absl::Status CheckBaseUrl(std::string_view url);

SettingKey BaseUrlKey(SettingRef member);

// The keys api_key and base_url. `Settings` is ApiSettings or a struct derived from it.
template <typename Settings>
std::vector<SettingKey> ApiKeys() {
  return {{.name = "api_key",
           .member = RefTo<Settings, std::string>(&Settings::api_key),
           .description = kApiKeyDescription,
           .required = true,
           .check = &CheckApiKey,
           .secret = true},
          BaseUrlKey(RefTo<Settings, std::string>(&Settings::base_url))};
}

}  // namespace keelson
