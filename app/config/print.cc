#include "app/config/print.h"

#include <string_view>
#include <utility>
#include <variant>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "app/config/notation.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::size_t kCommentColumns = 100;

std::string ValueOf(const Key& key, Config& config) {
  return std::visit([&](const auto& member) { return ToToml(member(config)); }, key.member);
}

void AppendSection(std::string_view section, std::string_view& current, std::string& out) {
  if (section == current) return;
  current = section;
  out += StrCat(out.empty() ? "" : "\n", "[", section, "]\n");
}

// Appends the text to `out` as wrapped comment lines.
void AppendComment(std::string_view text, std::string& out) {
  std::string line = "#";
  for (const absl::string_view word : absl::StrSplit(ToAbsl(text), ' ')) {
    if (line.size() + 1 + word.size() > kCommentColumns) {
      out += StrCat(line, "\n");
      line = "#";
    }
    line += StrCat(" ", word);
  }
  out += StrCat(line, "\n");
}

std::string Explain(const Key& key) {
  std::string text(key.description);
  if (!key.choices.empty()) text += StrCat(": ", absl::StrJoin(key.choices, " | "));
  if (!key.min.empty()) text += StrCat(" (", key.min, " to ", key.max, ")");
  if (key.reloads) text += "; reloaded on SIGHUP";
  return text;
}

// TOML does not allow [[auth.clients]] after `clients = []`, so the reference shows the tables as a comment.
constexpr std::string_view kClientsReference = R"(# [[auth.clients]]
# name = "web"               # unique name of the client in events and logs
# token_sha256 = ""          # mode token: SHA-256 of the bearer token: printf %s "$TOKEN" | sha256sum
# certificate_name = ""      # mode mtls: a name in the client certificate (SAN or common name)
# roles = ["reader"]         # any of: reader, writer, approver, admin
)";

// Stands for the sections in which every key inherits, and for the inherited keys of the other sections.
constexpr std::string_view kReasonsReference =
    R"(# [refunds.reasons.REASON] sets the keys of [refunds] for the refunds of one reason; a key that is not
# set has the value of the key in [refunds]. REASON is requested_by_customer, duplicate, fraudulent,
# defective, not_received, order_cancelled or other. Reloaded on SIGHUP
# [refunds.reasons.fraudulent]
# max_per_order = 1
)";

}  // namespace

std::string ConfigReference(const Schema& schema) {
  Config defaults;
  std::string out;
  std::string_view section;
  bool describes_reasons = false;
  for (const Key& key : schema.keys()) {
    if (!key.replaced_by.empty()) continue;
    if (!key.inherits.empty()) {
      if (!std::exchange(describes_reasons, true)) out += StrCat("\n", kReasonsReference);
      continue;
    }
    AppendSection(key.section(), section, out);
    AppendComment(Explain(key), out);
    if (std::holds_alternative<MemberOf<std::vector<AuthClient>>>(key.member)) {
      out += StrCat(kClientsReference);
    } else {
      out += StrCat(key.leaf(), " = ", ValueOf(key, defaults), "\n");
    }
  }
  return out;
}

std::string ShowConfig(const Schema& schema, const LoadedConfig& loaded) {
  Config config = loaded.config;
  std::string out;
  std::string_view section;
  for (const Key& key : schema.keys()) {
    if (!key.replaced_by.empty()) continue;
    const auto origin = loaded.origins.find(key.name);
    // The value of an inherited key is printed once, at the key that it inherits from.
    if (!key.inherits.empty() && origin == loaded.origins.end()) continue;
    AppendSection(key.section(), section, out);
    std::string value = ValueOf(key, config);
    if (key.secret && value != ToToml(std::string_view())) value = ToToml(kHidden);
    out += StrCat(key.leaf(), " = ", value, "  # ",
                  origin == loaded.origins.end() ? "default" : origin->second, "\n");
  }
  return out;
}

}  // namespace keelson
