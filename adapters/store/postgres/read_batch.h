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
// Why: for a read of one row, the round trip and its two context switches cost more than the query. A
// pipeline of up to 64 statements shares one round trip.
//
// How: handlers are plain functions, so each handler runs twice. The first run ends at its first query, whose
// statement is queued. After the pipeline has returned, the second run receives the row. A handler that then
// needs another row runs once more, alone on a connection.
//
// The query ends a run by throwing PgFailure::kRunAgain, which the repository's method converts to a status.
// The handler returns that status like any other error. The next run overwrites the response of the call.
//
// Not thread-safe.
class PgReadBatch {
 public:
  // Minimum timeout of a round trip, even if a call has an earlier deadline: a timeout abandons the
  // connection, which all calls of the batch share.
  static constexpr absl::Duration kMinTimeout = absl::Milliseconds(100);

  // `pool` and `calls` must outlive the batch.
  PgReadBatch(PgPool& pool, std::span<const ReadCall> calls)
      : pool_(pool), requests_(calls.begin(), calls.end()) {}

  // Runs every call until the call has a response. Blocks.
  void Run();

  // Returns the batch of this pool that runs a call on this thread; null if there is none.
  static PgReadBatch* Running(const PgPool& pool);
  // Returns the result of the running call's statement. Throws PgError: the statement's error, or kRunAgain
  // if the statement was only queued or the call must run alone.
  PgResult Query(const char* sql, const PgArguments& arguments);
  // Ends the run of a call that can't be batched, because it executes several statements or reads several
  // rows. Throws PgError (kRunAgain).
  [[noreturn]] void RunAlone();

 private:
  enum class State {
    // The call has not run, or its statement has to be sent again.
    kNew,
    // The call's statement is in the pipeline.
    kQueued,
    // The result or error of the call's statement has arrived.
    kReceived,
    // The second run has received the result or error.
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
    // In state kReceived, either the result or the error is set.
    PgResult result;
    std::optional<PgError> error;
    int broken_connections = 0;
  };

  // Runs the calls whose request is in this state.
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
  // The connection of the current round trip, and its error.
  std::optional<PgPool::Lease> connection_;
  std::optional<PgError> error_;
};

}  // namespace keelson
