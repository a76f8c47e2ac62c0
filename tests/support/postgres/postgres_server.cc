#include "tests/support/postgres/postgres_server.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "tests/support/postgres/await.h"
#include "tests/support/postgres/free_port.h"

namespace keelson::servers {
namespace {

constexpr char kAdministrator[] = "postgres";
constexpr char kLog[] = "server.log";
// PostgresServer::kPassword, percent-encoded for a URL.
constexpr char kPasswordInUrl[] = "pa%20ss%2Fword";

std::string Tool(const std::string& name) {
  return absl::StrCat(KEELSON_POSTGRES_FOLDER, "/", name);
}

void CreateCluster(const ServerFolder& folder) {
  RunProgram(folder,
             {Tool("initdb"), "--pgdata=data", "--no-sync", "--no-instructions", "--wal-segsize=1",
              absl::StrCat("--username=", kAdministrator), "--auth-local=trust", "--auth-host=scram-sha-256",
              "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"});
}

void CopyCluster(const ServerFolder& folder, const PostgresServer& primary) {
  RunProgram(folder, {Tool("pg_basebackup"), "--pgdata=data", "--dbname", primary.admin_url(),
                      "--checkpoint=fast", "--wal-method=stream", "--no-sync", "--write-recovery-conf"});
}

std::vector<std::string> Settings(const PostgresServer::Options& options, const ServerFolder& folder,
                                  int port) {
  std::vector<std::string> settings = {"listen_addresses=127.0.0.1", absl::StrCat("port=", port),
                                       absl::StrCat("unix_socket_directories=", folder.path().string()),
                                       absl::StrCat("max_connections=", options.max_connections),
                                       // mmap files lie in the data directory and are deleted with it.
                                       "dynamic_shared_memory_type=mmap", "shared_buffers=32MB",
                                       "timezone=America/St_Johns"};
  if (!options.durable) {
    for (const char* setting : {"fsync=off", "full_page_writes=off"}) settings.emplace_back(setting);
  }
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  return settings;
}

struct Process {
  pid_t pid;
  // State of the process (proc(5)): 'T' if stopped by a signal, 'Z' if ended.
  char state;
};

// Returns the server process and its children.
std::vector<Process> ProcessesOf(pid_t server) {
  std::vector<Process> processes;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string stat = ReadText(entry.path() / "stat");
    // The state and the parent follow the name, which is in parentheses.
    std::istringstream words(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
    char state = 0;
    pid_t parent = 0;
    if (!(words >> state >> parent)) continue;
    const pid_t pid = std::stoi(name);
    if (pid == server || parent == server) processes.push_back({pid, state});
  }
  return processes;
}

std::string Host(int port) {
  return absl::StrCat("127.0.0.1:", port);
}

std::string Credentials() {
  return absl::StrCat("postgresql://", PostgresServer::kUser, ":", kPasswordInUrl, "@");
}

std::string SocketUrl(const PostgresServer& server, const std::string& user, const std::string& database) {
  return absl::StrCat("postgresql://", user, "@/", database, "?host=", server.folder().path().string(),
                      "&port=", server.port());
}

}  // namespace

PostgresServer::PostgresServer(const Options& options) : options_(options), port_(FreePort()) {
  CreateCluster(folder_);
  Start();
  Execute(absl::StrCat("CREATE ROLE ", kUser, " LOGIN PASSWORD '", kPassword, "'"));
}

PostgresServer::PostgresServer(const PostgresServer& primary)
    : options_(primary.options_), port_(FreePort()) {
  CopyCluster(folder_, primary);
}

PostgresServer& PostgresServer::Shared() {
  static PostgresServer server;
  return server;
}

void PostgresServer::Start() {
  std::vector<std::string> arguments = {Tool("postgres"), "-D", folder_.File("data")};
  for (const std::string& setting : Settings(options_, folder_, port_)) {
    arguments.emplace_back("-c");
    arguments.push_back(setting);
  }
  program_.emplace(folder_, std::move(arguments), kLog, SIGQUIT);
  AwaitConnections();
}

void PostgresServer::AwaitConnections() {
  const std::string url = admin_url();
  if (!Await([&] { return PQping(url.c_str()) == PQPING_OK || !program_->running(); }) ||
      !program_->running()) {
    throw std::runtime_error("PostgreSQL accepts no connections: " + program_->LogTail());
  }
}

void PostgresServer::Stop(Stopping how) {
  program_->Signal(how == Stopping::kFast ? SIGINT : SIGQUIT);
  program_->AwaitExitCode();
}

void PostgresServer::SignalAll(int signal) {
  // Signal the parent first, because it starts new processes.
  program_->Signal(signal);
  for (const Process& process : ProcessesOf(program_->pid())) kill(process.pid, signal);
}

void PostgresServer::Freeze() {
  const bool done = Await([this] {
    SignalAll(SIGSTOP);
    return frozen();
  });
  if (!done) throw std::runtime_error("PostgreSQL's processes can't be stopped");
}

bool PostgresServer::frozen() const {
  const std::vector<Process> processes = ProcessesOf(program_->pid());
  return std::all_of(processes.begin(), processes.end(),
                     [](const Process& process) { return process.state == 'T' || process.state == 'Z'; });
}

void PostgresServer::Restart(Stopping how) {
  Stop(how);
  Start();
}

void PostgresServer::CreateDatabase(const std::string& name) {
  // Without syncs, copying files is faster than copying through the write-ahead log.
  Execute(absl::StrCat("CREATE DATABASE \"", name, "\" OWNER ", kUser, " STRATEGY FILE_COPY"));
}

void PostgresServer::DropDatabase(const std::string& name) {
  Execute(absl::StrCat("DROP DATABASE \"", name, "\" WITH (FORCE)"));
}

std::string PostgresServer::UrlAt(int port, const std::string& database) {
  return absl::StrCat(Credentials(), Host(port), "/", database);
}

std::string PostgresServer::socket_url(const std::string& database) const {
  return SocketUrl(*this, kUser, database);
}

std::string PostgresServer::admin_url(const std::string& database) const {
  return SocketUrl(*this, kAdministrator, database);
}

std::string PostgresServer::Log() const {
  return ReadText(folder_.File(kLog));
}

void PostgresServer::Set(const std::string& name, const std::string& value) {
  Execute(absl::StrCat("ALTER SYSTEM SET ", name, " = '", value, "'"));
  const std::string before = Value("SELECT pg_conf_load_time()");
  Execute("SELECT pg_reload_conf()");
  const bool loaded = Await([&] { return Value("SELECT pg_conf_load_time()") != before; });
  if (!loaded) throw std::runtime_error("PostgreSQL did not apply the setting " + name);
}

void PostgresServer::EndSession(int pid) {
  Execute(absl::StrCat("SELECT pg_terminate_backend(", pid, ", 10000)"));
}

void PostgresServer::EndSessions(const std::string& database) {
  Execute(absl::StrCat("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '",
                       database, "'"));
}

void PostgresServer::CrashSession(int pid) {
  const PostgresSession witness(admin_url());
  kill(pid, SIGKILL);
  if (!Await([&] { return !witness.alive(); }))
    throw std::runtime_error("PostgreSQL did not end the other sessions after a crash");
  AwaitConnections();
}

std::string FailoverUrl(const PostgresServer& first, const PostgresServer& second,
                        const std::string& database) {
  return absl::StrCat(Credentials(), Host(first.port()), ",", Host(second.port()), "/", database,
                      "?target_session_attrs=read-write");
}

}  // namespace keelson::servers
