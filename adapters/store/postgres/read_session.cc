#include "adapters/store/postgres/read_session.h"

#include "adapters/store/postgres/begin.h"

namespace keelson {

PgResult PgReadSession::Query(const char* sql, const PgArguments& arguments) {
  PgResult result;
  Enqueue(sql, arguments, PgConnection::kAnyNumber, &result);
  if (extent_ == Extent::kStatement) {
    connection_.Finish(deadline_);
  } else {
    connection_.Await(deadline_);
  }
  return result;
}

void PgReadSession::Enqueue(const char* sql, const PgArguments& arguments, int affected, PgResult* result) {
  if (begun_ && extent_ == Extent::kStatement) {
    throw PgError(PgFailure::kRunAgain, absl::AbortedError("the read needs a snapshot"));
  }
  if (!begun_ && extent_ == Extent::kSnapshot) {
    QueueBegin(connection_, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", deadline_);
  }
  begun_ = true;
  connection_.Queue(sql, arguments, affected, result);
}

bool PgReadSession::End() {
  if (failure() && failure()->failure() != PgFailure::kRunAgain) return connection_.Recover(deadline_);
  return extent_ == Extent::kStatement || !begun_ || connection_.Rollback(deadline_);
}

}  // namespace keelson
