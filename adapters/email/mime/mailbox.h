#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace keelson {

// Somebody's name and address.
struct Mailbox {
  // UTF-8; empty where only the address was given.
  std::string display_name;
  // In the canonical form: EmailAddress::text().
  std::string address;

  // What follows the address's last "@".
  std::string_view domain() const;
  bool operator==(const Mailbox&) const = default;
};

// Reads "Keelson <no-reply@example.com>", "\"Keelson, Inc.\" <no-reply@example.com>" or a bare address.
// INVALID_ARGUMENT with the rule that `text` breaks, repeating nothing of it: one mailbox, no control
// character, an address that EmailAddress takes.
absl::StatusOr<Mailbox> ParseMailbox(std::string_view text);

// Reads a recipient: an address without a display name, angle brackets or surrounding spaces. Errors as
// ParseMailbox.
absl::StatusOr<Mailbox> ParseRecipient(std::string_view to);

}  // namespace keelson
