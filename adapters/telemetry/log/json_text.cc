#include "adapters/telemetry/log/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace keelson {
namespace {

bool NeedsNoEscape(char c) {
  return c >= ' ' && c < 127 && c != '"' && c != '\\';
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  // Fast path: most texts need no escaping.
  if (std::all_of(text.begin(), text.end(), NeedsNoEscape)) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool IsJsonNumber(std::string_view text) {
  return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false).is_number() &&
         text.find_first_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace keelson
