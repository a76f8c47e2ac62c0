#pragma once

#include <vector>

#include "adapters/store/postgres/connection.h"
#include "core/common/deadline.h"
#include "core/store/idempotency.h"

namespace keelson {

// The assumption that the request ids of one Write are new.
//
// Why: an idempotent write begins with the lookup of its idempotency record, which would cost a round trip,
// and nearly every request id is new. The first run therefore finds no record without a query. The INSERT of
// the record proves the assumption: the primary key rejects it if a record exists, and the Write runs again,
// then with a query. If a handler ends without that INSERT (it returns an error, say), its result may rest on
// a wrong assumption; the store then queries for the record before it returns the result.
//
// For one thread.
class NewRequestIds {
 public:
  enum class State {
    // This run has looked up no record.
    kUnused,
    // This run has found no record under some request id, without a query.
    kAssumed,
    // The INSERT of each such record is queued: the transaction commits only if the request ids are new.
    kConfirmed,
    // A run has failed, and the assumption may be the cause: lookups are queries from here on.
    kDropped,
  };

  State state() const { return state_; }

  // Forgets the lookups of the run before.
  void BeginRun();
  // Whether to treat `key` as new. False in state kDropped: the caller has to query.
  bool Assume(const Fingerprint& key);
  // The INSERT of the record under `key` is queued.
  void Confirm(const Fingerprint& key);
  void Drop();
  // Queries for the records that were assumed missing; true if one exists. Needs a connection outside of a
  // transaction. Blocks; throws PgError.
  bool IsRefuted(PgConnection& connection, Deadline deadline) const;

 private:
  State state_ = State::kUnused;
  std::vector<Fingerprint> unconfirmed_;
};

}  // namespace keelson
