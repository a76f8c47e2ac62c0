#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keelson {

// An e-mail address (RFC 5321, with UTF-8 by RFC 6531) and the canonical key by which two spellings of one
// address are the same account.
//
// The service stores the text() and sends e-mail to it. The key() identifies the mailbox: texts that differ
// only in the case of letters or in the spelling of the domain (Unicode or ASCII) have the same key;
// all other texts have different keys.
// Neither text nor key contains invisible characters or compatibility characters, such as full-width letters.
class EmailAddress {
 public:
  static constexpr std::size_t kMaxOctets = 254;
  static constexpr std::size_t kMaxLocalOctets = 64;

  EmailAddress() = default;
  // Parses the trimmed text. INVALID_ARGUMENT if the text is not a valid address; the message is the violated
  // rule, for FieldViolation::description.
  static absl::StatusOr<EmailAddress> Parse(std::string_view text);

  // Returns the common prefix of the keys of all addresses that begin with `text`; nullopt for invalid UTF-8.
  // A domain label that is not ASCII must be complete, because its ASCII form changes with every letter.
  static std::optional<std::string> KeyPrefix(std::string_view text);

  // The canonical form: the local part in NFKC without invisible characters, its case preserved; an ASCII
  // domain as written, any other domain in Unicode.
  const std::string& text() const { return text_; }
  // The local part in lower case; the domain in IDNA2008's ASCII form.
  const std::string& key() const { return key_; }
  // The key that earlier versions stored: with the local part case-folded, so that "ß" is "ss" and "ς" is
  // "σ". FindByAddress also looks for this key.
  std::string former_key() const;
  bool operator==(const EmailAddress& other) const { return key_ == other.key_; }

 private:
  std::string text_;
  std::string key_;
};

}  // namespace keelson
