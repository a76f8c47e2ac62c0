#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/postgres/postgres_session.h"
#include "tests/support/postgres/program.h"
#include "tests/support/postgres/server_folder.h"

namespace keelson::servers {

// A PostgreSQL server for a test, on a port of the loopback interface and on a socket, in a directory that
// the destructor deletes. TCP connections need a password (scram-sha-256), socket connections do not. Like
// many production servers, it has a linguistic collation instead of byte order, and a time zone other than
// UTC. Every method throws std::runtime_error on failure.
class PostgresServer {
 public:
  static constexpr char kUser[] = "keelson";
  static constexpr char kPassword[] = "pa ss/word";

  struct Options {
    // Whether the server syncs to disk (fsync). Slow; only for tests and benchmarks that need it.
    bool durable = false;
    // Maximum number of connections. Three of them are reserved for superusers.
    int max_connections = 100;
    // Server settings, such as "work_mem=1MB".
    std::vector<std::string> settings = {};
  };
  enum class Stopping {
    // Ends the sessions and writes a checkpoint.
    kFast,
    // Stops like a crash: the server recovers at the next start.
    kImmediate,
  };

  // Blocks until the server accepts connections.
  PostgresServer() : PostgresServer(Options()) {}
  explicit PostgresServer(const Options& options);
  // Returns the server that all tests of the process share, started at the first call. Only for tests that do
  // not stop it.
  static PostgresServer& Shared();

  void Start();
  void Stop(Stopping how = Stopping::kFast);
  void Restart(Stopping how = Stopping::kFast);
  // Suspend (SIGSTOP) and resume (SIGCONT) all processes of the server. To clients, a suspended server looks
  // like a broken network. Freeze blocks until all processes are suspended.
  void Freeze();
  void Thaw() { SignalAll(SIGCONT); }
  // Whether all processes are suspended.
  bool frozen() const;
  bool running() { return program_ && program_->running(); }

  // Creates an empty database that kUser owns.
  void CreateDatabase(const std::string& name);
  void DropDatabase(const std::string& name);
  // URLs for kUser, which is not a superuser.
  std::string url(const std::string& database) const { return UrlAt(port_, database); }
  static std::string UrlAt(int port, const std::string& database);
  std::string socket_url(const std::string& database) const;
  // Returns the URL for a superuser, over the socket.
  std::string admin_url(const std::string& database = "postgres") const;
  int port() const { return port_; }
  const ServerFolder& folder() const { return folder_; }
  const Options& options() const { return options_; }

  // Returns the whole log of the server.
  std::string Log() const;

  // Execute SQL as a superuser in the database "postgres".
  void Execute(const std::string& sql) const { PostgresSession(admin_url()).Execute(sql); }
  std::string Value(const std::string& sql) const { return PostgresSession(admin_url()).Value(sql); }
  // Changes a setting that needs no restart. Has no effect on settings that Options::settings contains.
  void Set(const std::string& name, const std::string& value);
  // Ends one session, or all sessions of a database, with pg_terminate_backend: the clients receive error
  // 57P01.
  void EndSession(int pid);
  void EndSessions(const std::string& database);
  // Kills a session's process with kill -9: the server ends all other sessions and recovers. Blocks until it
  // accepts connections again.
  void CrashSession(int pid);

 private:
  friend class PostgresStandby;
  // Prepares a server for a copy of the data directory of `primary`, but does not start it.
  explicit PostgresServer(const PostgresServer& primary);
  void AwaitConnections();
  void SignalAll(int signal);

  const Options options_;
  const ServerFolder folder_;
  const int port_;
  std::optional<Program> program_;
};

// Returns a libpq URL with both hosts; libpq connects to the host that accepts writes.
std::string FailoverUrl(const PostgresServer& first, const PostgresServer& second,
                        const std::string& database);

}  // namespace keelson::servers
