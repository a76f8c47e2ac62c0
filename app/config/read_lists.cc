#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "app/config/reading.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Reads a list of strings. `check` returns the error of one string; empty if the string is valid. If the list
// is invalid, reports the errors and returns nullopt.
std::optional<std::vector<std::string>> ReadStrings(const Reading& reading, const toml::node& node,
                                                    std::string_view name,
                                                    absl::FunctionRef<std::string(std::string_view)> check) {
  const toml::array* array = node.as_array();
  if (array == nullptr) return reading.Fail(node, name, "must be a list of strings such as [\"a\", \"b\"]");
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string element = StrCat(name, "[", i, "]");
    std::optional<std::string> text = ReadString(reading, (*array)[i], element);
    if (!text) continue;
    std::string error = std::ranges::count(strings, *text) == 0 ? check(*text) : "must not be listed twice";
    if (!error.empty()) {
      reading.Fail((*array)[i], element, std::move(error));
      continue;
    }
    strings.push_back(*std::move(text));
  }
  return strings.size() == array->size() ? std::optional(std::move(strings)) : std::nullopt;
}

// Reads the value of a key whose type is a list of strings. The list must not be empty.
std::optional<std::vector<std::string>> ReadEntries(const Reading& reading, const toml::node& node,
                                                    absl::FunctionRef<std::string(std::string_view)> check) {
  const toml::array* array = node.as_array();
  if (array != nullptr && array->empty()) return reading.Fail(node, "must have at least one entry");
  return ReadStrings(reading, node, reading.key.name, check);
}

std::string RoleError(std::string_view role) {
  constexpr std::array<std::string_view, 4> kRoles = {"reader", "writer", "approver", "admin"};
  return std::ranges::count(kRoles, role) != 0 ? "" : "must be one of: reader, writer, approver, admin";
}

std::string Unknown(std::string_view name, std::span<const std::string> known) {
  const std::string nearest = Nearest(name, known);
  return nearest.empty() ? "is not a known key" : StrCat("is not a known key; did you mean ", nearest, "?");
}

// Reads one entry of auth.clients. If it is invalid, reports the errors and returns nullopt.
std::optional<AuthClient> ReadClient(const Reading& reading, const toml::node& node,
                                     const std::string& name) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return reading.Fail(node, name, "must be a table with name and roles");
  AuthClient client;
  bool whole = true;
  const auto read_string = [&](const toml::node& value, const std::string& key, std::string& member) {
    std::optional<std::string> text = ReadString(reading, value, key);
    whole = whole && text.has_value();
    if (text) member = *std::move(text);
  };
  for (const auto& [key, value] : *table) {
    const std::string key_name = StrCat(name, ".", key.str());
    if (key == "name") {
      read_string(value, key_name, client.name);
    } else if (key == "token_sha256") {
      read_string(value, key_name, client.token_sha256);
    } else if (key == "certificate_name") {
      read_string(value, key_name, client.certificate_name);
    } else if (key == "roles") {
      auto roles = ReadStrings(reading, value, key_name, &RoleError);
      whole = whole && roles.has_value();
      if (roles) client.roles = *std::move(roles);
    } else {
      const std::array<std::string, 4> known = {"name", "token_sha256", "certificate_name", "roles"};
      reading.Fail(value, key_name, Unknown(key.str(), known));
      whole = false;
    }
  }
  return whole ? std::optional(std::move(client)) : std::nullopt;
}

}  // namespace

void ReadInto(const Reading& reading, const toml::node& node, std::vector<std::string>& member) {
  auto strings =
      ReadEntries(reading, node, [&](std::string_view text) { return ChoiceError(reading.key, text); });
  if (strings) member = *std::move(strings);
}

void ReadInto(const Reading& reading, const toml::node& node, std::set<OrderState>& member) {
  const auto check = [](std::string_view name) {
    return ParseOrderState(name) ? "" : "must be one of: pending, paid, shipped, delivered, cancelled";
  };
  const auto names = ReadEntries(reading, node, check);
  if (!names) return;
  member.clear();
  for (const std::string& name : *names) member.insert(*ParseOrderState(name));
}

void ReadInto(const Reading& reading, const toml::node& node, std::map<Currency, std::int64_t>& member) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    reading.Fail(node, "must be a table of currencies and minor units such as { EUR = 10000 }");
    return;
  }
  std::map<Currency, std::int64_t> limits;
  for (const auto& [code, value] : *table) {
    const std::string name = StrCat(reading.key.name, ".", code.str());
    const std::optional<Currency> currency = Currency::Parse(code.str());
    const auto* amount = value.as_integer();
    if (!currency) {
      reading.Fail(value, name, "must be the code of an ISO 4217 currency such as EUR");
    } else if (amount == nullptr || amount->get() < 0 || amount->get() > kMaxMinorUnits) {
      reading.Fail(value, name, StrCat("must be a whole number, from 0 to ", kMaxMinorUnits));
    } else {
      limits.emplace(*currency, amount->get());
    }
  }
  if (limits.size() == table->size()) member = std::move(limits);
}

void ReadInto(const Reading& reading, const toml::node& node, std::vector<AuthClient>& member) {
  const toml::array* array = node.as_array();
  if (array == nullptr) {
    reading.Fail(node, "must be a list of tables: [[auth.clients]]");
    return;
  }
  std::vector<AuthClient> clients;
  for (std::size_t i = 0; i < array->size(); ++i) {
    std::optional<AuthClient> client =
        ReadClient(reading, (*array)[i], StrCat(reading.key.name, "[", i, "]"));
    if (client) clients.push_back(*std::move(client));
  }
  if (clients.size() == array->size()) member = std::move(clients);
}

}  // namespace keelson
