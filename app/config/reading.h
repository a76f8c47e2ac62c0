// Within the reading of one value; read_value.h is for everybody else.
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

struct Reading {
  const Key& key;
  const Environment& environment;
  Report report;

  std::nullopt_t Mistake(const toml::node& node, std::string_view name, std::string what) const {
    report(node.source().begin.line, name, std::move(what));
    return std::nullopt;
  }
  std::nullopt_t Mistake(const toml::node& node, std::string what) const {
    return Mistake(node, key.name, std::move(what));
  }
};

// What a string within a value says, its indirection resolved. Nothing where a mistake was reported under
// `name`.
std::optional<std::string> ReadString(const Reading& reading, const toml::node& node, std::string_view name);

// Why a string is not among the key's choices; empty where it is.
std::string ChoiceMistake(const Key& key, std::string_view value);

// Each reads a whole value into its place, unless it reports a mistake.
void ReadInto(const Reading& reading, const toml::node& node, std::vector<std::string>& place);
void ReadInto(const Reading& reading, const toml::node& node, std::set<OrderState>& place);
void ReadInto(const Reading& reading, const toml::node& node, std::map<Currency, std::int64_t>& place);
void ReadInto(const Reading& reading, const toml::node& node, std::vector<AuthClient>& place);

}  // namespace keelson
