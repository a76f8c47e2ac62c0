#include "tests/bench/postgres_statements.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace keelson {
namespace {

// The server logs a statement in two lines: "4711 LOG:  execute keelson_1: SELECT …" and
// "4711 DETAIL:  parameters: $1 = 'it''s', $2 = NULL".
constexpr absl::string_view kExecute = "LOG:  execute ";
constexpr absl::string_view kParameters = "DETAIL:  parameters: ";

// Removes a quoted string from the front of `text` and returns its content.
std::string TakeQuoted(absl::string_view& text) {
  std::string value;
  for (text.remove_prefix(1); !text.empty(); text.remove_prefix(1)) {
    if (text.front() == '\'') {
      text.remove_prefix(1);
      if (text.empty() || text.front() != '\'') break;
    }
    value += text.front();
  }
  return value;
}

std::vector<std::optional<std::string>> ParseParameters(absl::string_view text) {
  std::vector<std::optional<std::string>> parameters;
  for (std::size_t at = text.find(" = "); at != absl::string_view::npos; at = text.find(" = ")) {
    text.remove_prefix(at + 3);
    if (absl::StartsWith(text, "'")) {
      parameters.emplace_back(TakeQuoted(text));
    } else {
      parameters.emplace_back(std::nullopt);
    }
  }
  return parameters;
}

using Sessions = std::map<std::string, std::vector<PgStatement>, std::less<>>;

Sessions Parse(absl::string_view log) {
  Sessions sessions;
  for (const absl::string_view line : absl::StrSplit(log, '\n')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    std::vector<PgStatement>& statements = sessions[std::string(parts.first)];
    absl::string_view rest = parts.second;
    if (absl::ConsumePrefix(&rest, kExecute)) {
      // The name of the prepared statement and ": " precede the SQL text.
      statements.push_back({std::string(rest.substr(rest.find(": ") + 2)), {}});
    } else if (absl::ConsumePrefix(&rest, kParameters) && !statements.empty()) {
      statements.back().parameters = ParseParameters(rest);
    }
  }
  return sessions;
}

}  // namespace

absl::StatusOr<std::vector<PgStatement>> RecordStatements(servers::PostgresServer& server,
                                                          const std::string& marker,
                                                          const std::function<absl::Status()>& work) {
  server.Set("log_statement", "all");
  const std::size_t before = server.Log().size();
  const absl::Status status = work();
  server.Set("log_statement", "none");
  if (!status.ok()) return status;
  for (auto& [session, statements] : Parse(server.Log().substr(before))) {
    for (const PgStatement& statement : statements) {
      if (absl::StrContains(statement.sql, marker)) return std::move(statements);
    }
  }
  return absl::InternalError("no session executed a statement that contains " + marker);
}

}  // namespace keelson
