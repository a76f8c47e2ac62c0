#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson {

// A recorded SQL statement and its parameters as text; NULL is nullopt.
struct PgStatement {
  std::string sql;
  std::vector<std::optional<std::string>> parameters;
};

// The statements that run during `work` in the session that executes a statement containing `marker`. The
// server must run with kStatementLogSetting, and no other session may execute such a statement.
inline constexpr char kStatementLogSetting[] = "log_line_prefix=%p ";
absl::StatusOr<std::vector<PgStatement>> RecordStatements(servers::PostgresServer& server,
                                                          const std::string& marker,
                                                          const std::function<absl::Status()>& work);

}  // namespace keelson
