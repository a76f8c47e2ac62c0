#pragma once

#include <string>

#include "tests/support/postgres/postgres_server.h"

namespace keelson::servers {

// A new database. The destructor drops it, even if sessions still use it.
class PostgresDatabase {
 public:
  explicit PostgresDatabase(PostgresServer& server = PostgresServer::Shared());
  ~PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  const std::string& name() const { return name_; }
  PostgresServer& server() const { return server_; }
  std::string url() const { return server_.url(name_); }
  // Opens a superuser's session in the database.
  PostgresSession Connect() const { return PostgresSession(server_.admin_url(name_)); }

 private:
  PostgresServer& server_;
  const std::string name_;
};

}  // namespace keelson::servers
