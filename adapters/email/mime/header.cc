#include "adapters/email/mime/header.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "core/common/domain_name.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

// Maximum line length; RFC 5322 recommends at most 78.
constexpr std::size_t kLineColumns = 76;
// Bytes of text per encoded word. With base64 and "=?UTF-8?B?…?=", 39 bytes become 64 characters: below RFC
// 2047's limit of 75, and short enough for a line with the header's name.
constexpr std::size_t kEncodedWordBytes = 39;
constexpr std::string_view kFold = "\r\n ";

absl::Status CheckValue(std::string_view value) {
  if (!IsValidUtf8(value)) return absl::InvalidArgumentError("a header's value must be UTF-8");
  if (HasControlCharacters(value)) {
    return absl::InvalidArgumentError(
        "a header's value must not have line breaks or other control characters");
  }
  return absl::OkStatus();
}

// Whether `c` is an `atext` character (RFC 5322).
bool IsAtomCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Returns the length of `text` in bytes, truncated to `limit` without splitting a UTF-8 character.
std::size_t WholeCharacters(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text.size();
  while ((static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return limit;
}

std::vector<std::string> EncodedWords(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t size = WholeCharacters(text, kEncodedWordBytes);
    words.push_back(StrCat("=?UTF-8?B?", absl::Base64Escape(ToAbsl(text.substr(0, size))), "?="));
    text.remove_prefix(size);
  }
  return words;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (const auto word : std::views::split(text, ' ')) words.emplace_back(word.begin(), word.end());
  return words;
}

// Whether the text can be folded without encoding. Leading, trailing and repeated spaces would not survive
// folding.
bool FoldsPlainly(std::string_view text) {
  if (!IsAscii(text) || text.find("=?") != std::string_view::npos) return false;
  const std::vector<std::string> words = Words(text);
  return !words.empty() && std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return !word.empty() && word.size() < kLineColumns;
  });
}

// Returns "Name: word word", folded before each word that would exceed the line length.
std::string Folded(std::string_view name, const std::vector<std::string>& words) {
  std::string field = StrCat(name, ":");
  std::size_t column = field.size();
  for (const std::string& word : words) {
    // The first word stays on the line of the name: some parsers reject a line with the name only.
    const bool fits = column + 1 + word.size() <= kLineColumns || column == name.size() + 1;
    field += fits ? " " : kFold;
    field += word;
    column = (fits ? column : 0) + 1 + word.size();
  }
  return field + "\r\n";
}

std::vector<std::string> DisplayNameWords(std::string_view name) {
  if (!FoldsPlainly(name)) return EncodedWords(name);
  const bool atoms =
      std::all_of(name.begin(), name.end(), [](char c) { return c == ' ' || IsAtomCharacter(c); });
  if (atoms) return Words(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  quoted += '"';
  // A quoted string can't be folded, so a long display name becomes encoded words.
  return quoted.size() < kLineColumns ? std::vector<std::string>{quoted} : EncodedWords(name);
}

bool IsDotAtom(std::string_view local) {
  return !local.empty() && std::all_of(local.begin(), local.end(), [](char c) {
    return c == '.' || IsAtomCharacter(c) || !absl::ascii_isascii(static_cast<unsigned char>(c));
  });
}

absl::StatusOr<std::string> WireAddress(const Mailbox& mailbox) {
  const std::size_t at = mailbox.address.rfind('@');
  if (at == std::string::npos || !IsDotAtom(std::string_view(mailbox.address).substr(0, at))) {
    return absl::InvalidArgumentError("the local part of an address must not need quotation marks");
  }
  ASSIGN_OR_RETURN(const std::string domain, AsciiDomain(mailbox.domain()));
  return StrCat(mailbox.address.substr(0, at + 1), domain);
}

}  // namespace

absl::StatusOr<std::string> TextHeader(std::string_view name, std::string_view value) {
  RETURN_IF_ERROR(CheckValue(value));
  if (FoldsPlainly(value)) {
    const std::vector<std::string> words = Words(value);
    if (name.size() + 2 + words.front().size() <= kLineColumns) return Folded(name, words);
  }
  return Folded(name, EncodedWords(value));
}

absl::StatusOr<std::string> MailboxHeader(std::string_view name, const Mailbox& mailbox) {
  for (const std::string& part : {mailbox.display_name, mailbox.address}) {
    RETURN_IF_ERROR(CheckValue(part));
  }
  ASSIGN_OR_RETURN(std::string address, WireAddress(mailbox));
  if (mailbox.display_name.empty()) return Folded(name, std::vector<std::string>{std::move(address)});
  std::vector<std::string> words = DisplayNameWords(mailbox.display_name);
  words.push_back(StrCat("<", address, ">"));
  return Folded(name, words);
}

}  // namespace keelson
