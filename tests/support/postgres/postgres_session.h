#pragma once

#include <libpq-fe.h>

#include <string>
#include <vector>

namespace keelson::servers {

// A connection of a test's own to a PostgreSQL. Throws where something goes wrong.
class PostgresSession {
 public:
  using Row = std::vector<std::string>;

  explicit PostgresSession(const std::string& url);
  ~PostgresSession() { PQfinish(connection_); }
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  // One statement or several; the rows of the last, NULL as "".
  std::vector<Row> Query(const std::string& sql) const;
  void Execute(const std::string& sql) const { Query(sql); }
  // The one value that `sql` finds.
  std::string Value(const std::string& sql) const;
  // Whether the server still answers it.
  bool alive() const;
  // The server's process for it.
  int pid() const { return PQbackendPID(connection_); }

 private:
  PGconn* connection_;
};

}  // namespace keelson::servers
