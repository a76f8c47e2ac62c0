#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace keelson {

// Describes one kind of message: its name and the variables that the core provides.
struct MessageSpec {
  std::string_view name;
  // All variables except display_name, which every message has and which may be empty.
  std::vector<std::string_view> variables;
  // The variables that may be empty or absent.
  std::vector<std::string_view> optional;
  // Path of the message's link below the link base, such as "verify-email"; the variable `token` becomes its
  // query parameter. Empty if the message has no link.
  std::string_view link_path;
};

// All messages that the service sends. To add a message, add an entry in message_spec.cc and built-in
// templates.
std::span<const MessageSpec> MessageSpecs();

}  // namespace keelson
