#include "adapters/passwords/foreign/match_foreign.h"

#include "adapters/passwords/hash_result.h"

namespace keelson {

bool MatchForeign(std::string_view password, std::string& computed, std::string_view stored) {
  return MatchAndErase(computed, stored) && password.find('\0') == std::string_view::npos;
}

}  // namespace keelson
