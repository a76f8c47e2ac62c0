#include "core/notifications/provider_status.h"

#include "core/common/strings.h"

namespace keelson {

std::string ExplainUnavailable(const std::vector<ProviderStatus>& providers,
                               std::string_view pinned_provider) {
  std::string reasons;
  for (const ProviderStatus& provider : providers) {
    if (!pinned_provider.empty() && provider.name != pinned_provider) continue;
    if (provider.available) return "";
    reasons += StrCat(reasons.empty() ? "" : "; ", provider.name, ": ",
                      provider.last_error.empty() ? "circuit open" : provider.last_error);
  }
  return reasons.empty() ? "" : StrCat("no provider is available: ", reasons);
}

}  // namespace keelson
