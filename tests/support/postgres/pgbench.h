#pragma once

#include <map>
#include <string>

#include "tests/support/postgres/postgres_server.h"

namespace keelson::servers {

struct Pgbench {
  // In pgbench's own language.
  std::string script;
  // What the script names as :NAME, to begin with.
  std::map<std::string, std::string> variables = {};
  int clients = 8;
  int threads = 2;
  // The opening of the connections is part of it, but not of the rate.
  int seconds = 4;
};

// Runs the script by the socket, as kUser, over and over, with its statements prepared: transactions a
// second. Throws std::runtime_error where one fails.
double RunPgbench(const PostgresServer& server, const std::string& database, const Pgbench& load);

}  // namespace keelson::servers
