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
  // A session that has ended already has committed nothing, and this unit of work may run again.
  connection_.RequireServer();
  committing_ = true;
  connection_.Queue("COMMIT", PgParameters().view());
  try {
    connection_.Finish(deadline_);
  } catch (const PgError& error) {
    // The server said why it ends the session before it came to the commit, which waits with the end of the
    // pipeline.
    if (error.told() && connection_.unanswered() >= 2) committing_ = false;
    throw;
  }
}

bool PgWriteSession::Rollback() {
  if (!begun_) return true;
  return failure() || committing_ ? connection_.Recover(deadline_) : connection_.Rollback(deadline_);
}

bool PgWriteSession::IsTrustMisplaced() {
  PgResult found;
  connection_.Queue("SELECT 1 FROM idempotency WHERE key = ANY ($1) LIMIT 1", PgParameters(trusted_).view(),
                    PgConnection::kAnyNumber, &found);
  connection_.Finish(deadline_);
  return found.rows() > 0;
}

}  // namespace keelson
