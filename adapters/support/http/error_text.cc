#include "adapters/support/http/error_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxWords = 300;
// Maximum number of bytes of a text that are sanitized; the rest is ignored.
constexpr std::size_t kMaxRawWords = 4096;

// Whether `c` may belong to an e-mail address: any character except white space, brackets, quotation marks,
// commas, semicolons and colons.
bool IsAddressCharacter(char c) {
  return !absl::ascii_isspace(static_cast<unsigned char>(c)) &&
         std::string_view("<>()[]{},;:\"'`").find(c) == std::string_view::npos;
}

std::string WithoutAddresses(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const auto end = std::find_if_not(text.begin(), text.end(), IsAddressCharacter);
    const std::size_t size = std::max<std::size_t>(1, static_cast<std::size_t>(end - text.begin()));
    const std::string_view word = text.substr(0, size);
    clean += word.find('@') == std::string_view::npos ? word : std::string_view("[address]");
    text.remove_prefix(size);
  }
  return clean;
}

std::string WithoutSecrets(std::string text, const std::vector<std::string_view>& secrets) {
  for (const std::string_view secret : secrets) {
    if (!secret.empty()) text = absl::StrReplaceAll(text, {{ToAbsl(secret), "[secret]"}});
  }
  return text;
}

// Truncates to at most `limit` bytes without splitting a UTF-8 character.
std::string_view Shortened(std::string_view text, std::size_t limit) {
  std::size_t size = std::min(text.size(), limit);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

std::string PlainLine(std::string_view text) {
  std::string line(Shortened(text, kMaxWords));
  std::replace_if(line.begin(), line.end(), absl::ascii_iscntrl, ' ');
  // The line has invalid UTF-8 or non-ASCII control characters: replace every non-ASCII byte.
  if (!IsValidUtf8(line) || HasControlCharacters(line)) {
    std::replace_if(
        line.begin(), line.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  }
  return line;
}

std::string Sanitized(std::string_view text, const std::vector<std::string_view>& secrets) {
  return PlainLine(WithoutAddresses(WithoutSecrets(std::string(Shortened(text, kMaxRawWords)), secrets)));
}

}  // namespace keelson
