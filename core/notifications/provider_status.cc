#include "core/notifications/provider_status.h"

#include "core/common/strings.h"

namespace keelson {

std::string ExplainUnavailable(const std::vector<ProviderStatus>& providers, std::string_view only) {
  std::string reasons;
  for (const ProviderStatus& provider : providers) {
    if (!only.empty() && provider.name != only) continue;
    if (provider.available) return "";
    reasons += StrCat(reasons.empty() ? "" : "; ", provider.name, ": ",
                      provider.last_error.empty() ? "circuit open" : provider.last_error);
  }
  return reasons.empty() ? "" : StrCat("no provider is available: ", reasons);
}

}  // namespace keelson
