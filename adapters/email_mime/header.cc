#include "adapters/email_mime/header.h"

#include <idn2.h>

#include <algorithm>
#include <memory>
#include <ranges>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

// RFC 5322's recommendation.
constexpr std::size_t kLineColumns = 76;
// In base64 and between "=?UTF-8?B?" and "?=" this makes 64 characters: below RFC 2047's 75, and together
// with a header's name within a line.
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

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isascii);
}

// RFC 5322's atext.
bool IsAtomCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool IsDomainCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.';
}

// The most bytes, at most `limit`, that end with a whole character.
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

// Words between single spaces; spaces at an end or beside one another would not survive folding.
bool FoldsPlainly(std::string_view text) {
  if (!IsAscii(text) || text.find("=?") != std::string_view::npos) return false;
  const std::vector<std::string> words = Words(text);
  return !words.empty() && std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return !word.empty() && word.size() < kLineColumns;
  });
}

// "Name: word word", a new line before each word that would pass the last column.
std::string Folded(std::string_view name, const std::vector<std::string>& words) {
  std::string field = StrCat(name, ":");
  std::size_t column = field.size();
  for (const std::string& word : words) {
    // The first word stays with the name: a line of nothing but the name is no good form.
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
  // A quoted string is not folded here; a long one goes encoded.
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
    return absl::InvalidArgumentError("an address must have an unquoted local part");
  }
  absl::StatusOr<std::string> domain = AsciiDomain(mailbox.domain());
  if (!domain.ok()) return domain.status();
  return StrCat(mailbox.address.substr(0, at + 1), *domain);
}

}  // namespace

absl::StatusOr<std::string> TextHeader(std::string_view name, std::string_view value) {
  if (absl::Status status = CheckValue(value); !status.ok()) return status;
  if (FoldsPlainly(value)) {
    const std::vector<std::string> words = Words(value);
    if (name.size() + 2 + words.front().size() <= kLineColumns) return Folded(name, words);
  }
  return Folded(name, EncodedWords(value));
}

absl::StatusOr<std::string> MailboxHeader(std::string_view name, const Mailbox& mailbox) {
  for (const std::string& part : {mailbox.display_name, mailbox.address}) {
    if (absl::Status status = CheckValue(part); !status.ok()) return status;
  }
  absl::StatusOr<std::string> address = WireAddress(mailbox);
  if (!address.ok()) return address.status();
  if (mailbox.display_name.empty()) return Folded(name, std::vector<std::string>{*std::move(address)});
  std::vector<std::string> words = DisplayNameWords(mailbox.display_name);
  words.push_back(StrCat("<", *address, ">"));
  return Folded(name, words);
}

absl::StatusOr<std::string> AsciiDomain(std::string_view domain) {
  const auto invalid = [] { return absl::InvalidArgumentError("an address's domain must be a domain name"); };
  // To libidn2 the text would end there.
  if (domain.find('\0') != std::string_view::npos) return invalid();
  char* ascii = nullptr;
  const int result =
      idn2_to_ascii_8z(std::string(domain).c_str(), &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(ascii, &idn2_free);
  // Judged here: libidn2 lets what is ASCII pass, and its STD3 rules drop what they forbid instead of
  // refusing it.
  const std::string_view name = result == IDN2_OK ? ascii : "";
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsDomainCharacter)) return invalid();
  return std::string(name);
}

}  // namespace keelson
