// Validation and normalization of text in requests.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/common/error.h"

namespace keelson {

bool IsValidUtf8(std::string_view text);
bool IsAscii(std::string_view text);
// Replaces each byte that is not part of a valid UTF-8 sequence with U+FFFD.
std::string ToValidUtf8(std::string_view text);
// The number of code points. Needs valid UTF-8.
std::size_t CountCodePoints(std::string_view text);
// Whether the text has a control character (C0, DEL or C1) or a Unicode line or paragraph separator, which
// can break lines, headers or terminals.
bool HasControlCharacters(std::string_view text);
// Removes Unicode white space at both ends.
std::string_view Trim(std::string_view text);
// Unicode normalization form NFC; nullopt for invalid UTF-8.
std::optional<std::string> Nfc(std::string_view text);
// Unicode normalization form NFKC; nullopt for invalid UTF-8.
std::optional<std::string> Nfkc(std::string_view text);
// NFKC without invisible characters (Unicode's Default_Ignorable_Code_Point: zero-width spaces and joiners,
// bidi controls, variation selectors, soft hyphens). nullopt for invalid UTF-8.
std::optional<std::string> NfkcWithoutInvisible(std::string_view text);
// NfkcWithoutInvisible with each capital replaced by the lower-case letter of its case pair. Unlike case
// folding, letters that are not a case pair stay distinct: "ß" and "ss", "ς" and "σ", "İ" and "i". nullopt
// for invalid UTF-8.
std::optional<std::string> NfkcLowercase(std::string_view text);
// Unicode NFKC_Casefold: NFKC with full case folding and without invisible characters. nullopt for invalid
// UTF-8.
std::optional<std::string> NfkcCasefold(std::string_view text);
// The text without control characters, invisible characters and U+2800, and without white space at either
// end. Needs valid UTF-8.
std::string VisibleText(std::string_view text);

using Labels = std::map<std::string, std::string>;

// One entry of Labels.
struct Label {
  std::string key;
  std::string value;
};
template <typename Visitor>
void VisitFields(Visitor& a, Label& l) {
  a(l.key), a(l.value);
}

inline constexpr std::size_t kMaxLabels = 64;
inline constexpr std::size_t kMaxLabelKeyBytes = 64;
inline constexpr std::size_t kMaxLabelValueBytes = 512;

// Adds a violation for each label that is too long, has an empty key, is not valid UTF-8, or contains the
// character NUL.
void CheckLabels(std::string_view field, const Labels& labels, FieldErrors& errors);
// Adds a violation if `text` has more than `max_code_points`, is not valid UTF-8, or has control characters.
void CheckLine(std::string_view field, std::string_view text, std::size_t max_code_points,
               FieldErrors& errors);
// Returns a reference in the form in which references are stored and compared: without white space at either
// end, and in NFC. Returns an empty text for an empty text. Adds a violation if a text that is not empty is
// blank, or if the result breaks a rule of CheckLine.
std::string NormalizedReference(std::string_view field, std::string_view text, std::size_t max_code_points,
                                FieldErrors& errors);

}  // namespace keelson
