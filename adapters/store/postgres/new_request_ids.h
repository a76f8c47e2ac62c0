#pragma once

#include <vector>

#include "adapters/store/postgres/connection.h"
#include "core/common/deadline.h"
#include "core/store/idempotency.h"

namespace keelson {

// The assumption that the request ids of one Write are new.
//
// Why: an idempotent write begins with the lookup of its idempotency record, which would cost a round trip,
// although nearly every request id is new. In the first run, the lookup therefore sends no query and
// reports that no record exists. The INSERT of the record verifies the assumption: if a record exists, the
// primary key rejects the INSERT, and the Write runs again with a query. If a handler ends without that
// INSERT (for example with an error), its result may depend on a wrong assumption: the store then queries for
// the record before it returns the result.
//
// Not thread-safe.
class NewRequestIds {
 public:
  enum class State {
    // This run has not looked up any record.
    kUnused,
    // This run has assumed, without a query, that a request id is new.
    kAssumed,
    // The INSERT of each record that was assumed missing is queued: the transaction commits only if the
    // request ids are new.
    kConfirmed,
    // A run has failed, and the assumption may be the cause: lookups are queries from here on.
    kDropped,
  };

  State state() const { return state_; }

  // Forgets the lookups of the previous run.
  void BeginRun();
  // Returns whether to treat `key` as new. False in state kDropped: the caller must query.
  bool Assume(const Fingerprint& key);
  // Call this when the INSERT of the record under `key` is queued.
  void Confirm(const Fingerprint& key);
  // Makes Assume return false in this and all later runs of the Write.
  void Drop();
  // Queries for the records that were assumed missing. Returns true if one of them exists. Needs a connection
  // outside of a transaction. Blocks; throws PgError.
  bool IsRefuted(PgConnection& connection, Deadline deadline) const;

 private:
  State state_ = State::kUnused;
  std::vector<Fingerprint> unconfirmed_;
};

}  // namespace keelson
