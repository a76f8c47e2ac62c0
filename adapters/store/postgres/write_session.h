#pragma once

#include <vector>

#include "adapters/store/postgres/session.h"
#include "core/common/deadline.h"
#include "core/store/idempotency.h"

namespace keelson {

// A transaction that writes, at READ COMMITTED: rows are locked as they are found. Its BEGIN goes with its
// first statement and its COMMIT with its last changes, so a unit of work takes a round trip for each time
// that it asks for rows, and one more.
class PgWriteSession final : public PgSession {
 public:
  // `trusting`: that a request id has no answer yet is taken for granted instead of asked for. The primary
  // key tells where an answer is recorded again, and IsTrustMisplaced in the other cases.
  PgWriteSession(PgConnection& connection, Deadline deadline, bool trusting)
      : connection_(connection), deadline_(deadline), trusting_(trusting) {}

  // The commit was sent, so that it is not known whether it took place, should the connection break.
  bool committing() const { return committing_; }
  // Throws PgError; then nothing was committed, or, where the connection broke, it is not known.
  void Commit();
  // False where the connection is of no use any more.
  bool Rollback();

  bool trusting() const { return trusting_; }
  void Trust(const Fingerprint& key) { trusted_.push_back(key); }
  // An answer is recorded under the key, which fails where there is one.
  void Confirm(const Fingerprint& key) { std::erase(trusted_, key); }
  // Something was taken for granted that no answer recorded confirms.
  bool trust_is_open() const { return !trusted_.empty(); }
  // Asks whether there are answers to that. After Rollback alone.
  bool IsTrustMisplaced();

 private:
  PgResult Query(const char* sql, const PgArguments& arguments) override;
  void Enqueue(const char* sql, const PgArguments& arguments, int affected, PgResult* result) override;
  void Begin();

  PgConnection& connection_;
  const Deadline deadline_;
  const bool trusting_;
  std::vector<Fingerprint> trusted_;
  bool begun_ = false;
  bool committing_ = false;
};

}  // namespace keelson
