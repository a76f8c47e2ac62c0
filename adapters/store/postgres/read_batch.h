#pragma once

#include <optional>
#include <span>
#include <vector>

#include "absl/time/time.h"
#include "adapters/store/postgres/pool.h"
#include "core/common/deadline.h"
#include "core/repositories.h"

namespace keelson {

// The short reads of many calls, sent together: each call runs until it asks for a row, which ends that run;
// when all questions are answered, in one round trip, each runs again with its answer. A call that wants more
// runs once more, alone. For one thread.
class PgReadBatch {
 public:
  // A call whose deadline is nearer than this waits this long, lest its hurry costs the others their
  // connection.
  static constexpr absl::Duration kPatience = absl::Milliseconds(100);

  // Both must outlive it.
  PgReadBatch(PgPool& pool, std::span<const ReadCall> calls)
      : pool_(pool), requests_(calls.begin(), calls.end()) {}

  void Run();

  // The batch of this pool whose call runs on this thread; null outside of one.
  static PgReadBatch* Running(const PgPool& pool);
  // The answer to the one statement of the call that runs. Throws PgError: its own, once a lost connection
  // has been replaced, or to end the run.
  PgResult Query(const char* sql, const PgArguments& arguments);
  // Ends the run of the call that wants more than that.
  [[noreturn]] void Outgrow();

 private:
  enum class State { kToAsk, kAsked, kAnswered, kRead, kOutgrown, kDone };
  struct Request {
    explicit Request(const ReadCall& of) : call(of) {}

    const ReadCall& call;
    State state = State::kToAsk;
    const char* sql = nullptr;
    PgResult result;
    // In the place of a result.
    std::optional<PgError> error;
    int broken_connections = 0;
  };

  void RunAll(State state);
  bool Any(State state) const;
  void SendAll();
  void Queue(Request& request, const PgArguments& arguments);
  void Connect();
  void Mend(Deadline deadline);
  void GiveOut();
  bool IsMeant(Request& request, bool blamed) const;
  Deadline FirstDeadline() const;

  PgPool& pool_;
  std::vector<Request> requests_;
  Request* running_ = nullptr;
  // Of the round trip that is under way.
  std::optional<PgPool::Lease> connection_;
  std::optional<PgError> error_;
};

}  // namespace keelson
