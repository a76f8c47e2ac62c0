#include "tests/support/postgres/postgres_session.h"

#include <memory>
#include <stdexcept>

namespace keelson::servers {
namespace {

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

bool Succeeded(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

PostgresSession::PostgresSession(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
  if (PQstatus(connection_) == CONNECTION_OK) {
    PQsetNoticeProcessor(
        connection_, [](void*, const char*) {}, nullptr);
    return;
  }
  const std::string message = PQerrorMessage(connection_);
  PQfinish(connection_);
  throw std::runtime_error(message);
}

std::vector<PostgresSession::Row> PostgresSession::Query(const std::string& sql) const {
  const Result result(PQexec(connection_, sql.c_str()));
  if (!Succeeded(result.get())) throw std::runtime_error(sql + ": " + PQerrorMessage(connection_));
  std::vector<Row> rows(static_cast<std::size_t>(PQntuples(result.get())));
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    for (int j = 0; j < PQnfields(result.get()); ++j) {
      rows[static_cast<std::size_t>(i)].emplace_back(PQgetvalue(result.get(), i, j));
    }
  }
  return rows;
}

std::string PostgresSession::Value(const std::string& sql) const {
  const std::vector<Row> rows = Query(sql);
  if (rows.size() != 1 || rows[0].size() != 1) throw std::runtime_error(sql + ": not one value");
  return rows[0][0];
}

bool PostgresSession::alive() const {
  return Succeeded(Result(PQexec(connection_, "SELECT 1")).get());
}

}  // namespace keelson::servers
