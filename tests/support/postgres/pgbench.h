#pragma once

#include <map>
#include <string>

#include "tests/support/postgres/postgres_server.h"

namespace keelson::servers {

struct Pgbench {
  // A script in pgbench's language.
  std::string script;
  // Initial values of the script's variables (:NAME).
  std::map<std::string, std::string> variables = {};
  int clients = 8;
  int threads = 2;
  // Duration of the run, including the time to open the connections, which the rate excludes.
  int seconds = 4;
};

// Runs the script repeatedly over the socket, as kUser, with prepared statements. Returns transactions per
// second. Throws std::runtime_error if a transaction fails.
double RunPgbench(const PostgresServer& server, const std::string& database, const Pgbench& load);

}  // namespace keelson::servers
