#pragma once

#include "adapters/store/postgres/read_batch.h"
#include "adapters/store/postgres/session.h"
#include "core/common/deadline.h"

namespace keelson {

// A run of a unit of work that reads: of one statement, which needs no transaction of its own, or of many in
// one snapshot.
class PgReadSession final : public PgSession {
 public:
  enum class Extent { kStatement, kSnapshot };

  PgReadSession(PgConnection& connection, Deadline deadline, Extent extent)
      : connection_(connection), deadline_(deadline), extent_(extent) {}

  // It wanted a second statement, which it was not given: it is to be run again in a snapshot.
  bool outgrown() const { return outgrown_; }
  // False where the connection is of no use any more.
  bool End();

 private:
  PgResult Query(const char* sql, const PgArguments& arguments) override;
  void Enqueue(const char* sql, const PgArguments& arguments, int affected, PgResult* result) override;

  PgConnection& connection_;
  const Deadline deadline_;
  const Extent extent_;
  bool begun_ = false;
  bool outgrown_ = false;
};

// A run of a unit of work of a call that reads together with others: it is given one row, or is to be run
// again alone.
class PgSharedReadSession final : public PgSession {
 public:
  explicit PgSharedReadSession(PgReadBatch& batch) : batch_(batch) {}

 private:
  PgResult Query(const char*, const PgArguments&) override { batch_.Outgrow(); }
  PgResult AskOne(const char* sql, const PgArguments& arguments) override {
    return batch_.Query(sql, arguments);
  }
  void Enqueue(const char*, const PgArguments&, int, PgResult*) override { batch_.Outgrow(); }

  PgReadBatch& batch_;
};

}  // namespace keelson
