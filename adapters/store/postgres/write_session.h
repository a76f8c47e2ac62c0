#pragma once

#include "adapters/store/postgres/new_request_ids.h"
#include "adapters/store/postgres/session.h"
#include "core/common/deadline.h"

namespace keelson {

// One run of a Write: a transaction at READ COMMITTED with row locks. BEGIN is sent with the first statement
// and COMMIT with the last changes, so that a run takes one round trip for each query, and one for the
// commit.
class PgWriteSession final : public PgSession {
 public:
  // `new_request_ids` is the Write's, and outlives the session.
  PgWriteSession(PgConnection& connection, Deadline deadline, NewRequestIds& new_request_ids)
      : connection_(connection), deadline_(deadline), new_request_ids_(new_request_ids) {}

  NewRequestIds& new_request_ids() { return new_request_ids_; }

  // COMMIT was sent: if the connection breaks, whether the commit took place is not known.
  bool committing() const { return committing_; }
  // Throws PgError; then nothing was committed, unless committing() is true and the connection broke.
  void Commit();
  // False if the connection is unusable.
  bool Rollback();

 private:
  PgResult Query(const char* sql, const PgArguments& arguments) override;
  void Enqueue(const char* sql, const PgArguments& arguments, int affected, PgResult* result) override;
  void Begin();

  PgConnection& connection_;
  const Deadline deadline_;
  NewRequestIds& new_request_ids_;
  bool begun_ = false;
  bool committing_ = false;
};

}  // namespace keelson
