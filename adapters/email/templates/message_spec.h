#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace keelson {

// One kind of message: its name, and what the core tells its templates.
struct MessageSpec {
  std::string_view name;
  // Beside display_name, which every message has and which may be empty.
  std::vector<std::string_view> variables;
  // Those of them that may be empty or absent.
  std::vector<std::string_view> optional;
  // "verify-email": what a link that carries the variable `token` opens, below the link base; empty where
  // the message has no link.
  std::string_view link_path;
};

// Every message that the service sends. To add one, write a line here and its built-in templates.
std::span<const MessageSpec> MessageSpecs();

}  // namespace keelson
