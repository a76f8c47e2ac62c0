#include "adapters/email/mime/seven_bit.h"

#include <algorithm>
#include <cstddef>

namespace keelson {
namespace {

constexpr std::size_t kMaxLine = 998;
constexpr std::string_view kSignatureSeparator = "-- ";

bool IsSafe(std::string_view line) {
  if (line == kSignatureSeparator) return true;
  if (line.size() > kMaxLine || line.starts_with('.') || line.starts_with("From ") ||
      line.starts_with("--") || line.ends_with(' ') || line.ends_with('\t')) {
    return false;
  }
  return std::all_of(line.begin(), line.end(), [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
}

}  // namespace

std::optional<std::string> SevenBit(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!IsSafe(line)) return std::nullopt;
    out += line;
    out += "\r\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace keelson
