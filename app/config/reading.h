// Internal to read_value.cc and read_lists.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/config/indirection.h"
#include "app/config/read_value.h"
#include "app/config/schema.h"
#include "app/config/toml.h"

namespace keelson {

// The parameters of the functions that read one key.
struct Reading {
  const Key& key;
  const Environment& environment;
  ReportError report_error;

  std::nullopt_t Fail(const toml::node& node, std::string_view name, std::string error) const {
    report_error(node.source().begin.line, name, std::move(error));
    return std::nullopt;
  }
  std::nullopt_t Fail(const toml::node& node, std::string error) const {
    return Fail(node, key.name, std::move(error));
  }
};

// Reads a string and resolves an "env:" or "file:" reference. If that fails, reports an error for `name` and
// returns nullopt.
std::optional<std::string> ReadString(const Reading& reading, const toml::node& node, std::string_view name);

// Returns an error if `value` is not one of the key's allowed values; otherwise an empty string.
std::string ChoiceError(const Key& key, std::string_view value);

// Each overload reads a value into the member, or reports an error and leaves the member unchanged.
void ReadInto(const Reading& reading, const toml::node& node, std::vector<std::string>& member);
void ReadInto(const Reading& reading, const toml::node& node, std::set<OrderState>& member);
void ReadInto(const Reading& reading, const toml::node& node, std::map<Currency, std::int64_t>& member);
void ReadInto(const Reading& reading, const toml::node& node, std::vector<AuthClient>& member);

}  // namespace keelson
