// Checks connection URLs and KEY=VALUE strings with libpq, without a network connection.
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "adapters/store/postgres/connection.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
struct FreeText {
  void operator()(char* text) const { PQfreemem(text); }
};
struct FreeConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using ParsedUrl = std::unique_ptr<PQconninfoOption, FreeOptions>;

constexpr std::string_view kSyntax =
    "must be a PostgreSQL URL, postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters "
    "percent-encoded, "
    "or KEY=VALUE pairs, with values that contain spaces in single quotes";
// A socket directory that does not exist, so that libpq checks the parameters without reaching a server.
constexpr std::string_view kMissingDirectory = "/nowhere-keelson-only-checks";
constexpr std::array<std::string_view, 6> kIntegerParameters = {"connect_timeout",  "keepalives",
                                                                "keepalives_idle",  "keepalives_interval",
                                                                "keepalives_count", "tcp_user_timeout"};

// Parameters of other PostgreSQL drivers.
constexpr std::array<std::string_view, 12> kOtherDrivers = {
    "schema",    "currentschema",    "search_path", "charset",   "encoding", "pgbouncer",
    "pool_size", "connection_limit", "ssl_mode",    "sslaccept", "timezone", "statement_timeout"};

// Returns all parameters that have a value.
std::vector<std::pair<std::string, std::string>> ParametersOf(const ParsedUrl& url) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const PQconninfoOption* option = url.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    if (option->val != nullptr) parameters.emplace_back(option->keyword, option->val);
  }
  return parameters;
}

std::string ValueOf(const ParsedUrl& url, std::string_view keyword) {
  for (const auto& [name, value] : ParametersOf(url)) {
    if (name == keyword) return value;
  }
  return "";
}

std::vector<std::string> KnownParameters() {
  std::vector<std::string> names;
  const ParsedUrl defaults(PQconndefaults());
  for (const PQconninfoOption* option = defaults.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    names.emplace_back(option->keyword);
  }
  return names;
}

// Replaces quoted text by "...", because it may be part of the password. Keeps the names of known parameters.
std::string RemoveQuoted(std::string_view message) {
  const std::vector<std::string> known = KnownParameters();
  std::vector<std::string> parts = absl::StrSplit(ToAbsl(message), '"');
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    if (std::find(known.begin(), known.end(), parts[i]) == known.end()) parts[i] = "...";
  }
  return absl::StrJoin(parts, "\"");
}

// Returns the unknown parameter that the message names, or nothing.
std::string_view UnknownParameter(std::string_view message) {
  for (const std::string_view what : {"invalid URI query parameter: \"", "invalid connection option \""}) {
    if (!message.starts_with(what)) continue;
    const std::string_view name = message.substr(what.size());
    return name.substr(0, name.find('"'));
  }
  return "";
}

// Whether the name can't be part of a password. A password with unescaped special characters looks like a
// parameter: in a URL, it may extend to the last "@"; in KEY=VALUE pairs, to the words after it.
bool IsSafeToShow(std::string_view url, std::string_view name) {
  if (std::find(kOtherDrivers.begin(), kOtherDrivers.end(), absl::AsciiStrToLower(ToAbsl(name))) !=
      kOtherDrivers.end())
    return true;
  const auto plain = [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  if (!std::all_of(name.begin(), name.end(), plain)) return false;
  const bool is_url = url.find("://") != std::string_view::npos;
  return is_url ? url.find('@', url.find('?')) == std::string_view::npos
                : url.find("password") > url.find(name);
}

std::string SyntaxError(const std::string& url, std::string_view message) {
  const std::string_view name = UnknownParameter(message);
  if (name.empty() || !IsSafeToShow(url, name)) return std::string(kSyntax);
  const std::string nearest = Nearest(name, KnownParameters());
  return StrCat("has the parameter ", name, ", which libpq does not know",
                nearest.empty() ? "" : StrCat("; did you mean ", nearest, "?"));
}

std::string IntegerError(const ParsedUrl& url) {
  for (const std::string_view keyword : kIntegerParameters) {
    const std::string value = ValueOf(url, keyword);
    int number = 0;
    if (!value.empty() && !absl::SimpleAtoi(value, &number)) {
      return StrCat("has the parameter ", keyword, ", which must be a whole number");
    }
  }
  return "";
}

// A replication session uses a different protocol.
std::string ReplicationError(const ParsedUrl& url) {
  const std::string value = absl::AsciiStrToLower(ValueOf(url, "replication"));
  const bool off = value.empty() || value == "false" || value == "off" || value == "no" || value == "0";
  return off ? "" : "has the parameter replication, which must be off";
}

// Returns kMissingDirectory once for each host of the URL, because libpq requires as many hosts as ports.
std::string MissingHosts(const ParsedUrl& url) {
  std::string hosts = ValueOf(url, "host");
  if (hosts.empty()) hosts = ValueOf(url, "hostaddr");
  const auto count = static_cast<std::size_t>(1 + std::count(hosts.begin(), hosts.end(), ','));
  return absl::StrJoin(std::vector<std::string>(count, std::string(kMissingDirectory)), ",");
}

// libpq checks most values when it starts to connect, so this function starts to connect to a socket that
// does not exist.
std::string ValueError(const ParsedUrl& url) {
  const std::vector<std::pair<std::string, std::string>> parameters = ParametersOf(url);
  const std::string hosts_to_try = MissingHosts(url);
  std::vector<const char*> keywords = {"host"};
  std::vector<const char*> values = {hosts_to_try.c_str()};
  for (const auto& [name, value] : parameters) {
    if (name == "host" || name == "hostaddr") continue;
    keywords.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  const std::unique_ptr<PGconn, FreeConnection> connection(
      PQconnectStartParams(keywords.data(), values.data(), /*expand_dbname=*/0));
  for (const absl::string_view line :
       absl::StrSplit(PQerrorMessage(connection.get()), '\n', absl::SkipEmpty())) {
    const bool options_valid =
        line.find(ToAbsl(kMissingDirectory)) != absl::string_view::npos || line.front() == '\t';
    if (!options_valid) return StrCat("is rejected by libpq: ", RemoveQuoted({line.data(), line.size()}));
  }
  return "";
}

}  // namespace

std::string PgConnection::Describe(const std::string& url) {
  const ParsedUrl parsed(PQconninfoParse(url.c_str(), nullptr));
  std::string host = ValueOf(parsed, "host");
  if (host.empty()) host = "the local socket";
  const std::string port = ValueOf(parsed, "port");
  std::string name = ValueOf(parsed, "dbname");
  if (name.empty()) name = ValueOf(parsed, "user");
  return StrCat("the database ", name.empty() ? "" : StrCat(name, " "), "on ", host,
                port.empty() ? "" : StrCat(" port ", port));
}

absl::Status PgConnection::CheckUrl(const std::string& url) {
  if (url.empty()) return absl::InvalidArgumentError("must be set when store.adapter is postgres");
  char* raw = nullptr;
  const ParsedUrl parsed(PQconninfoParse(url.c_str(), &raw));
  const std::unique_ptr<char, FreeText> message(raw);
  std::string error;
  if (parsed == nullptr) error = SyntaxError(url, message == nullptr ? "" : message.get());
  if (error.empty()) error = IntegerError(parsed);
  if (error.empty()) error = ReplicationError(parsed);
  if (error.empty()) error = ValueError(parsed);
  return error.empty() ? absl::OkStatus() : absl::InvalidArgumentError(error);
}

}  // namespace keelson
