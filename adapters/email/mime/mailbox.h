#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keelson {

// A display name and an e-mail address.
struct Mailbox {
  // In UTF-8; empty: no display name.
  std::string display_name;
  // In the canonical form: EmailAddress::text().
  std::string address;

  // The part after the last "@".
  std::string_view domain() const;
  bool operator==(const Mailbox&) const = default;
};

// Parses "Keelson <no-reply@example.com>", "\"Keelson, Inc.\" <no-reply@example.com>" or a bare address.
// INVALID_ARGUMENT unless `text` is one mailbox, contains no control character, and has an address that
// EmailAddress accepts. The error message starts with a verb ("must …") and contains no part of `text`.
absl::StatusOr<Mailbox> ParseMailbox(std::string_view text);

// Parses a recipient: an address without display name, angle brackets or surrounding spaces. Returns the
// errors of ParseMailbox.
absl::StatusOr<Mailbox> ParseRecipient(std::string_view to);

}  // namespace keelson
