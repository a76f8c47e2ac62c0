#pragma once

#include <optional>
#include <span>
#include <vector>

#include "absl/time/time.h"
#include "adapters/store/postgres/pool.h"
#include "core/common/deadline.h"
#include "core/store/batched_reads.h"

namespace keelson {

// Executes the short reads of many calls in one round trip.
//
// Why: a read of one row costs PostgreSQL less than the round trip and the two context switches around it. A
// pipeline of 64 statements shares them. The handlers are written as plain functions, so each runs twice: the
// first run ends at its first query, whose statement is queued; once the pipeline has returned, the second
// run receives the row. A handler that needs more than one row runs once more, by itself on a connection.
//
// A run is ended by PgFailure::kRunAgain, which the repository's method turns into a status. The handler
// returns that status like any other, and Read returns it to the call, whose next run overwrites the
// response.
//
// For one thread.
class PgReadBatch {
 public:
  // The batch waits at least this long, even if the deadline of a call is sooner: a statement that is
  // abandoned costs the other calls their connection.
  static constexpr absl::Duration kMinTimeout = absl::Milliseconds(100);

  // Both must outlive the batch.
  PgReadBatch(PgPool& pool, std::span<const ReadCall> calls)
      : pool_(pool), requests_(calls.begin(), calls.end()) {}

  // Runs every call to its end. Blocks.
  void Run();

  // The batch of this pool whose call runs on this thread; null outside of a batch.
  static PgReadBatch* Running(const PgPool& pool);
  // The result of the running call's statement. Throws PgError: the statement's error, or kRunAgain.
  PgResult Query(const char* sql, const PgArguments& arguments);
  // Ends the run of a call that needs more than one row. Throws PgError (kRunAgain).
  [[noreturn]] void RunAlone();

 private:
  enum class State {
    // The call has not run, or its statement has to be sent again.
    kNew,
    // The call's statement is in the pipeline.
    kQueued,
    // The statement's result or error has arrived.
    kReceived,
    // The second run has received it.
    kDelivered,
    // The call needs more than one row: it runs outside of the batch.
    kUnbatchable,
    // The call has ended without a query.
    kDone,
  };
  struct Request {
    explicit Request(const ReadCall& of) : call(of) {}

    const ReadCall& call;
    State state = State::kNew;
    const char* sql = nullptr;
    // One of the two, from kReceived on.
    PgResult result;
    std::optional<PgError> error;
    int broken_connections = 0;
  };

  // Runs the calls in this state.
  void RunAll(State state);
  bool Any(State state) const;
  void Queue(Request& request, const char* sql, const PgArguments& arguments);
  void Connect();
  // Sends the pipeline and receives its results.
  void Execute();
  void HandleConnectionError(Deadline deadline);
  void AssignResults();
  bool OwnsError(Request& request, bool owner_known) const;
  Deadline FirstDeadline() const;

  PgPool& pool_;
  std::vector<Request> requests_;
  Request* running_ = nullptr;
  // Of the current round trip.
  std::optional<PgPool::Lease> connection_;
  std::optional<PgError> error_;
};

}  // namespace keelson
