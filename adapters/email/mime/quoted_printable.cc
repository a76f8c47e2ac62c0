#include "adapters/email/mime/quoted_printable.h"

#include <algorithm>
#include <cstddef>

namespace keelson {
namespace {

constexpr std::size_t kColumns = 76;
constexpr std::string_view kHex = "0123456789ABCDEF";

// Whether character `i` needs no encoding. A space at the end of a line, and a dot or "From " at its
// beginning, are encoded, because mail transports alter such characters.
bool IsPlain(std::string_view line, std::size_t i, bool begins_line) {
  const auto c = static_cast<unsigned char>(line[i]);
  if (c == '=' || c > 126 || (c < ' ' && c != '\t')) return false;
  if ((c == ' ' || c == '\t') && i + 1 == line.size()) return false;
  if (!begins_line) return true;
  return c != '.' && !line.substr(i).starts_with("From ");
}

void AppendLine(std::string_view line, std::string& out) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool last = i + 1 == line.size();
    // Reserve a column for the "=" of a soft line break, unless this is the last character.
    std::size_t width = IsPlain(line, i, column == 0) ? 1 : 3;
    if (column + width + (last ? 0 : 1) > kColumns) {
      out += "=\r\n";
      column = 0;
      width = IsPlain(line, i, true) ? 1 : 3;
    }
    const auto c = static_cast<unsigned char>(line[i]);
    if (width == 1) {
      out += line[i];
    } else {
      out += {'=', kHex[c >> 4], kHex[c & 15]};
    }
    column += width;
  }
  out += "\r\n";
}

}  // namespace

std::string QuotedPrintable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    AppendLine(line, out);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace keelson
