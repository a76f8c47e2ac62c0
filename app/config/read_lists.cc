#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "app/config/reading.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// The strings of a list of strings, each in the sight of `accept`, which says what is wrong with it or
// nothing. Nothing where there was any mistake.
std::optional<std::vector<std::string>> ReadStrings(const Reading& reading, const toml::node& node,
                                                    std::string_view name,
                                                    absl::FunctionRef<std::string(std::string_view)> accept) {
  const toml::array* array = node.as_array();
  if (array == nullptr)
    return reading.Mistake(node, name, "must be a list of strings such as [\"a\", \"b\"]");
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string element = StrCat(name, "[", i, "]");
    std::optional<std::string> text = ReadString(reading, (*array)[i], element);
    if (!text) continue;
    std::string mistake = std::ranges::count(strings, *text) == 0 ? accept(*text) : "is listed already";
    if (!mistake.empty()) {
      reading.Mistake((*array)[i], element, std::move(mistake));
      continue;
    }
    strings.push_back(*std::move(text));
  }
  return strings.size() == array->size() ? std::optional(std::move(strings)) : std::nullopt;
}

// Reads the value of a key that is a list of strings. Every such key of the schema requires an entry.
std::optional<std::vector<std::string>> ReadEntries(const Reading& reading, const toml::node& node,
                                                    absl::FunctionRef<std::string(std::string_view)> accept) {
  const toml::array* array = node.as_array();
  if (array != nullptr && array->empty()) return reading.Mistake(node, "must have at least one entry");
  return ReadStrings(reading, node, reading.key.name, accept);
}

std::string RoleMistake(std::string_view role) {
  constexpr std::array<std::string_view, 4> kRoles = {"reader", "writer", "approver", "admin"};
  return std::ranges::count(kRoles, role) != 0 ? "" : "must be one of: reader, writer, approver, admin";
}

std::string Unknown(std::string_view name, std::span<const std::string> known) {
  const std::string nearest = Nearest(name, known);
  return nearest.empty() ? "is not a known key" : StrCat("is not a known key; did you mean ", nearest, "?");
}

// One entry of auth.clients; nothing where there was any mistake.
std::optional<AuthClient> ReadClient(const Reading& reading, const toml::node& node,
                                     const std::string& name) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return reading.Mistake(node, name, "must be a table with name and roles");
  AuthClient client;
  bool whole = true;
  const auto read_string = [&](const toml::node& value, const std::string& key, std::string& place) {
    std::optional<std::string> text = ReadString(reading, value, key);
    whole = whole && text.has_value();
    if (text) place = *std::move(text);
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
      auto roles = ReadStrings(reading, value, key_name, &RoleMistake);
      whole = whole && roles.has_value();
      if (roles) client.roles = *std::move(roles);
    } else {
      const std::array<std::string, 4> known = {"name", "token_sha256", "certificate_name", "roles"};
      reading.Mistake(value, key_name, Unknown(key.str(), known));
      whole = false;
    }
  }
  return whole ? std::optional(std::move(client)) : std::nullopt;
}

}  // namespace

void ReadInto(const Reading& reading, const toml::node& node, std::vector<std::string>& place) {
  auto strings =
      ReadEntries(reading, node, [&](std::string_view text) { return ChoiceMistake(reading.key, text); });
  if (strings) place = *std::move(strings);
}

void ReadInto(const Reading& reading, const toml::node& node, std::set<OrderState>& place) {
  const auto accept = [](std::string_view name) {
    return ParseOrderState(name) ? "" : "must be one of: pending, paid, shipped, delivered, cancelled";
  };
  const auto names = ReadEntries(reading, node, accept);
  if (!names) return;
  place.clear();
  for (const std::string& name : *names) place.insert(*ParseOrderState(name));
}

void ReadInto(const Reading& reading, const toml::node& node, std::map<Currency, std::int64_t>& place) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    reading.Mistake(node, "must be a table of currencies and minor units such as { EUR = 10000 }");
    return;
  }
  std::map<Currency, std::int64_t> limits;
  for (const auto& [code, value] : *table) {
    const std::string name = StrCat(reading.key.name, ".", code.str());
    const std::optional<Currency> currency = Currency::Parse(code.str());
    const auto* amount = value.as_integer();
    if (!currency) {
      reading.Mistake(value, name, "must be the code of an ISO 4217 currency such as EUR");
    } else if (amount == nullptr || amount->get() < 0 || amount->get() > kMaxMinorUnits) {
      reading.Mistake(value, name, StrCat("must be a whole number, from 0 to ", kMaxMinorUnits));
    } else {
      limits.emplace(*currency, amount->get());
    }
  }
  if (limits.size() == table->size()) place = std::move(limits);
}

void ReadInto(const Reading& reading, const toml::node& node, std::vector<AuthClient>& place) {
  const toml::array* array = node.as_array();
  if (array == nullptr) {
    reading.Mistake(node, "must be a list of tables: [[auth.clients]]");
    return;
  }
  std::vector<AuthClient> clients;
  for (std::size_t i = 0; i < array->size(); ++i) {
    std::optional<AuthClient> client =
        ReadClient(reading, (*array)[i], StrCat(reading.key.name, "[", i, "]"));
    if (client) clients.push_back(*std::move(client));
  }
  if (clients.size() == array->size()) place = std::move(clients);
}

}  // namespace keelson
