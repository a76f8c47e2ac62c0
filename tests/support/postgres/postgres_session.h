#pragma once

#include <libpq-fe.h>

#include <string>
#include <vector>

namespace keelson::servers {

// A test's own connection to PostgreSQL. Every method blocks, and throws std::runtime_error on failure.
class PostgresSession {
 public:
  using Row = std::vector<std::string>;

  explicit PostgresSession(const std::string& url);
  ~PostgresSession() { PQfinish(connection_); }
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  // Executes one or several statements. Returns the rows of the last one, with NULL as "".
  std::vector<Row> Query(const std::string& sql) const;
  void Execute(const std::string& sql) const { Query(sql); }
  // Returns the single value that `sql` selects.
  std::string Value(const std::string& sql) const;
  // Whether the server still responds on this connection.
  bool alive() const;
  // The id of the server process of this session.
  int pid() const { return PQbackendPID(connection_); }

 private:
  PGconn* connection_;
};

}  // namespace keelson::servers
