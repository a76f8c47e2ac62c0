// The configuration that adapters of HTTP APIs have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "adapters/support/descriptors/config_section.h"

namespace keelson {

struct ApiSettings {
  std::string api_key;
  // Empty: the provider's own.
  std::string base_url;
};

inline constexpr std::string_view kApiKeyDescription = "the provider's API key";
inline constexpr std::string_view kBaseUrlDescription =
    "scheme and host, the documented path is appended; empty: the provider's own";

// FAILED_PRECONDITION with the rule that the value breaks, as a predicate.
absl::Status CheckApiKey(std::string_view key);
absl::Status CheckBaseUrl(std::string_view url);

SettingKey BaseUrlKey(SettingRef member);

// The keys api_key and base_url of a struct that is derived from ApiSettings, or is one.
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
