#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson {

// A statement as the server was sent it, and its parameters as texts, NULL as nothing.
struct PgStatement {
  std::string sql;
  std::vector<std::optional<std::string>> parameters;
};

// What the session that runs a statement with `marker` in it runs during `work`. The server must have been
// started with kStatementLogSetting, and nobody else may run such a statement meanwhile.
inline constexpr char kStatementLogSetting[] = "log_line_prefix=%p ";
absl::StatusOr<std::vector<PgStatement>> RecordStatements(servers::PostgresServer& server,
                                                          const std::string& marker,
                                                          const std::function<absl::Status()>& work);

}  // namespace keelson
