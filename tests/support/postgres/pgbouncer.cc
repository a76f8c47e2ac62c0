#include "tests/support/postgres/pgbouncer.h"

#include <csignal>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "tests/support/postgres/await.h"
#include "tests/support/postgres/free_port.h"

namespace keelson::servers {
namespace {

constexpr char kConfiguration[] = "pgbouncer.ini";
constexpr char kUsers[] = "users.txt";

std::string Configuration(const PostgresServer& server, const ServerFolder& folder, int port, int pool_size) {
  return absl::StrCat("[databases]\n* = host=", server.folder().path().string(), " port=", server.port(),
                      "\n[pgbouncer]\npool_mode = transaction\nlisten_addr = 127.0.0.1\nlisten_port = ", port,
                      "\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = ", folder.File(kUsers),
                      "\ndefault_pool_size = ", pool_size,
                      // Pause after a failed attempt to connect (default 15 s).
                      "\nserver_login_retry = 1\nmax_client_conn = 1000\n");
}

}  // namespace

PgBouncer::PgBouncer(const PostgresServer& server, int pool_size) : port_(FreePort()) {
  WriteText(folder_.File(kConfiguration), Configuration(server, folder_, port_, pool_size));
  WriteText(folder_.File(kUsers),
            absl::StrCat("\"", PostgresServer::kUser, "\" \"", PostgresServer::kPassword, "\"\n"));
  Start();
}

PgBouncer& PgBouncer::Shared() {
  static PgBouncer bouncer;
  return bouncer;
}

std::string PgBouncer::url(const std::string& database) const {
  return PostgresServer::UrlAt(port_, database);
}

void PgBouncer::Start() {
  program_.emplace(folder_, std::vector<std::string>{KEELSON_PGBOUNCER, folder_.File(kConfiguration)},
                   "pgbouncer.log", SIGTERM);
  const std::string postgres = url("postgres");
  if (!Await([&] { return PQping(postgres.c_str()) == PQPING_OK || !program_->running(); }) ||
      !program_->running()) {
    throw std::runtime_error("PgBouncer accepts no connections: " + program_->LogTail());
  }
}

void PgBouncer::Stop() {
  program_->Signal(SIGTERM);
  program_->AwaitExitCode();
}

}  // namespace keelson::servers
