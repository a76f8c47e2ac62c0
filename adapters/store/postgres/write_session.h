#pragma once

#include "adapters/store/postgres/new_request_ids.h"
#include "adapters/store/postgres/session.h"
#include "core/common/deadline.h"

namespace keelson {

// One run of a Write: a transaction at READ COMMITTED with row locks. BEGIN is sent with the first statement,
// and COMMIT with the last changes, so that a run takes one round trip per query and one for the commit. Not
// thread-safe.
class PgWriteSession final : public PgSession {
 public:
  // `new_request_ids` belongs to the Write, is reused by later runs of the Write, and must outlive the
  // session.
  PgWriteSession(PgConnection& connection, Deadline deadline, NewRequestIds& new_request_ids)
      : connection_(connection), deadline_(deadline), new_request_ids_(new_request_ids) {}

  NewRequestIds& new_request_ids() { return new_request_ids_; }

  // True after COMMIT was sent. If the connection then breaks, it is unknown whether the transaction
  // committed.
  bool committing() const { return committing_; }
  // Commits the transaction. Blocks. If it throws PgError, nothing is committed, unless the connection broke
  // while committing() was true: the outcome is then unknown.
  void Commit();
  // Rolls back the transaction. Returns false if the connection is unusable. Blocks.
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
