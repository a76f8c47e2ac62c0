#pragma once

#include "adapters/store/postgres/read_batch.h"
#include "adapters/store/postgres/session.h"
#include "core/common/deadline.h"

namespace keelson {

// One run of a Read outside of a batch.
//
// Why two extents: a single query needs no BEGIN and COMMIT, and most closures make a single query. The first
// run of a Read therefore uses kStatement. If its closure queries again, the run ends with
// PgFailure::kRunAgain, and the next run uses kSnapshot: a REPEATABLE READ transaction for any number of
// queries. Not thread-safe.
class PgReadSession final : public PgSession {
 public:
  enum class Extent { kStatement, kSnapshot };

  PgReadSession(PgConnection& connection, Deadline deadline, Extent extent)
      : connection_(connection), deadline_(deadline), extent_(extent) {}

  // Ends the transaction and recovers from an error. False if the connection is unusable. Blocks.
  bool End();

 private:
  PgResult Query(const char* sql, const PgArguments& arguments) override;
  void Enqueue(const char* sql, const PgArguments& arguments, int affected, PgResult* result) override;

  PgConnection& connection_;
  const Deadline deadline_;
  const Extent extent_;
  bool begun_ = false;
};

// One run of a Read whose call belongs to a batch (see PgReadBatch). Not thread-safe.
class PgBatchedReadSession final : public PgSession {
 public:
  explicit PgBatchedReadSession(PgReadBatch& batch) : batch_(batch) {}

 private:
  PgResult Query(const char*, const PgArguments&) override { batch_.RunAlone(); }
  PgResult QueryOneRow(const char* sql, const PgArguments& arguments) override {
    return batch_.Query(sql, arguments);
  }
  void Enqueue(const char*, const PgArguments&, int, PgResult*) override { batch_.RunAlone(); }

  PgReadBatch& batch_;
};

}  // namespace keelson
