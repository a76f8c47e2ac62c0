#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/postgres/postgres_session.h"
#include "tests/support/postgres/program.h"
#include "tests/support/postgres/server_folder.h"

namespace keelson::servers {

// A PostgreSQL of a test's own, on a port of the loopback and on a socket, in a folder that goes with it. By
// TCP it wants a password (scram-sha-256), by the socket none. It sorts as people do, not by bytes, and is
// not in UTC: as servers out there. Everything throws std::runtime_error where it fails.
class PostgresServer {
 public:
  static constexpr char kUser[] = "keelson";
  static constexpr char kPassword[] = "pa ss/word";

  struct Options {
    // Syncs to disk: for tests that a machine's crash is part of. Slow.
    bool durable = false;
    // Of which three are kept for superusers.
    int max_connections = 100;
    // "work_mem=1MB", …
    std::vector<std::string> settings = {};
  };
  enum class Stopping {
    // Ends the sessions, writes everything down.
    kFast,
    // As a crash would: it recovers at the next start.
    kImmediate,
  };

  // Returns when it takes connections.
  PostgresServer() : PostgresServer(Options()) {}
  explicit PostgresServer(const Options& options);
  // One for the whole process, started when it is first asked for. For tests that don't stop it.
  static PostgresServer& Shared();

  void Start();
  void Stop(Stopping how = Stopping::kFast);
  void Restart(Stopping how = Stopping::kFast);
  // Stops all of its processes in what they do, and lets them go on: as seen from outside, a network that is
  // gone. Freeze returns when none of them runs.
  void Freeze();
  void Thaw() { SignalAll(SIGCONT); }
  // Whether all of its processes are stopped.
  bool frozen() const;
  bool running() { return program_ && program_->running(); }

  // An empty database that kUser owns.
  void CreateDatabase(const std::string& name);
  void DropDatabase(const std::string& name);
  // For kUser, who is no superuser.
  std::string url(const std::string& database) const { return UrlAt(port_, database); }
  static std::string UrlAt(int port, const std::string& database);
  std::string socket_url(const std::string& database) const;
  // By the socket too, for a superuser.
  std::string admin_url(const std::string& database = "postgres") const;
  int port() const { return port_; }
  const ServerFolder& folder() const { return folder_; }
  const Options& options() const { return options_; }

  // All that it has written.
  std::string Log() const;

  // As a superuser, in the database "postgres".
  void Execute(const std::string& sql) const { PostgresSession(admin_url()).Execute(sql); }
  std::string Value(const std::string& sql) const { return PostgresSession(admin_url()).Value(sql); }
  // Changes a setting that needs no restart. Those of Options::settings stay as they are.
  void Set(const std::string& name, const std::string& value);
  // Ends a session, or all of a database's, as an administrator would: their clients hear of it (57P01).
  void EndSession(int pid);
  void EndSessions(const std::string& database);
  // kill -9 of a session's process: the server ends all the others, recovers and goes on. Returns when it
  // does.
  void CrashSession(int pid);

 private:
  friend class PostgresStandby;
  // Runs what `primary` has in its folder; to be started.
  explicit PostgresServer(const PostgresServer& primary);
  void AwaitConnections();
  void SignalAll(int signal);

  const Options options_;
  const ServerFolder folder_;
  const int port_;
  std::optional<Program> program_;
};

// The URL of a database on several hosts, as libpq takes it: whichever of them takes writes.
std::string FailoverUrl(const PostgresServer& first, const PostgresServer& second,
                        const std::string& database);

}  // namespace keelson::servers
