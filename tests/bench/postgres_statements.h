#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson {

// A recorded SQL statement. Its parameters are text; NULL is nullopt.
struct PgStatement {
  std::string sql;
  std::vector<std::optional<std::string>> parameters;
};

// Required setting of the server: its log lines start with the process id of the session.
inline constexpr char kStatementLogSetting[] = "log_line_prefix=%p ";
// Runs `work`. Returns all statements of the one session that executed a statement containing `marker` during
// this run.
absl::StatusOr<std::vector<PgStatement>> RecordStatements(servers::PostgresServer& server,
                                                          const std::string& marker,
                                                          const std::function<absl::Status()>& work);

}  // namespace keelson
