#include "adapters/store/postgres/write_session.h"

#include "adapters/store/postgres/begin.h"

namespace keelson {

void PgWriteSession::Begin() {
  if (begun_) return;
  begun_ = true;
  QueueBegin(connection_, "BEGIN ISOLATION LEVEL READ COMMITTED", deadline_);
}

PgResult PgWriteSession::Query(const char* sql, const PgArguments& arguments) {
  PgResult result;
  Enqueue(sql, arguments, PgConnection::kAnyNumber, &result);
  connection_.Await(deadline_);
  return result;
}

void PgWriteSession::Enqueue(const char* sql, const PgArguments& arguments, int affected, PgResult* result) {
  Begin();
  connection_.Queue(sql, arguments, affected, result);
}

void PgWriteSession::Commit() {
  if (!begun_) return;
  // If the server has already closed the session, nothing is committed, and the Write can run again.
  connection_.RequireServer();
  committing_ = true;
  connection_.Queue("COMMIT", PgParameters().view());
  try {
    connection_.Finish(deadline_);
  } catch (const PgError& error) {
    // The results of COMMIT and of the pipeline's end are both missing: the server ended the session before
    // executing COMMIT.
    if (error.from_server() && connection_.pending_results() >= 2) committing_ = false;
    throw;
  }
}

bool PgWriteSession::Rollback() {
  if (!begun_) return true;
  return failure() || committing_ ? connection_.Recover(deadline_) : connection_.Rollback(deadline_);
}

}  // namespace keelson
