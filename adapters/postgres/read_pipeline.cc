#include "adapters/postgres/read_pipeline.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/time/clock.h"

namespace keelson {
namespace {

// Connections that may break under a statement before it is given up.
constexpr int kBrokenConnections = 2;

PgError TimedOut() {
  return {PgFailure::kTimedOut, absl::DeadlineExceededError("the deadline passed")};
}

std::optional<PgError> ErrorOf(absl::FunctionRef<void()> body) {
  try {
    body();
    return std::nullopt;
  } catch (const PgError& error) {
    return error;
  }
}

// Shares nothing with the original, so that each can go to a thread of its own.
absl::Status CopyOf(const absl::Status& status) {
  absl::Status copy(status.code(), status.message());
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { copy.SetPayload(url, payload); });
  return copy;
}

}  // namespace

struct PgReadPipeline::Request {
  Request(const char* statement, const PgArguments& values, absl::Time until)
      : sql(statement), arguments(values), deadline(until) {}

  void End(const PgError& why) {
    error.emplace(why.failure(), CopyOf(why.status()), why.told());
    state = State::kDone;
  }

  const char* const sql;
  // Of use for as long as it waits.
  const PgArguments arguments;
  const absl::Time deadline;
  State state = State::kWaiting;
  int broken_connections = 0;
  PgResult result;
  std::optional<PgError> error;
  absl::CondVar changed;
};

PgResult PgReadPipeline::Ask(const char* sql, const PgArguments& arguments, absl::Time deadline) {
  const auto request = std::make_shared<Request>(sql, arguments, deadline);
  const absl::MutexLock lock(&mutex_);
  waiting_.push_back(request);
  while (request->state != State::kDone) {
    if (request->state == State::kWaiting && rounds_ < kMaxRounds) {
      Lead(*request);
    } else if (request->changed.WaitWithDeadline(&mutex_, deadline) && request->state != State::kDone) {
      Withdraw(*request);
      throw TimedOut();
    }
  }
  if (request->error) throw PgError(std::move(*request->error));
  return std::move(request->result);
}

// Its answer, should it be on its way, is nobody's.
void PgReadPipeline::Withdraw(Request& request) {
  request.state = State::kDone;
  std::erase_if(waiting_, [&](const std::shared_ptr<Request>& other) { return other.get() == &request; });
  CallNextLeader();
}

void PgReadPipeline::CallNextLeader() {
  if (!waiting_.empty() && rounds_ < kMaxRounds) waiting_.front()->changed.Signal();
}

// Runs a round for all who wait, on a connection that is waited for no longer than the leader can.
void PgReadPipeline::Lead(Request& leader) {
  ++rounds_;
  mutex_.Unlock();
  absl::StatusOr<PgPool::Lease> connection = pool_.Take(leader.deadline);
  mutex_.Lock();
  if (connection.ok()) {
    Run(**connection, leader);
  } else if (absl::IsDeadlineExceeded(connection.status())) {
    Withdraw(leader);
    leader.error = TimedOut();
  } else {
    // What keeps one from a connection keeps all.
    for (const std::shared_ptr<Request>& request : std::exchange(waiting_, {})) {
      request->End({PgFailure::kUnavailable, connection.status()});
      request->changed.Signal();
    }
  }
  --rounds_;
  CallNextLeader();
}

void PgReadPipeline::Run(PgConnection& connection, const Request& leader) {
  const Round round = TakeRound();
  std::optional<PgError> error = ErrorOf([&] {
    for (const std::shared_ptr<Request>& request : round) {
      connection.Queue(request->sql, request->arguments, PgConnection::kAnyNumber, &request->result);
    }
  });
  mutex_.Unlock();
  const absl::Time deadline = std::max(leader.deadline, absl::Now() + kPatience);
  if (!error) error = ErrorOf([&] { connection.Finish(deadline); });
  if (error) Mend(connection, *error, deadline);
  mutex_.Lock();
  GiveOut(round, error, leader);
}

PgReadPipeline::Round PgReadPipeline::TakeRound() {
  Round round;
  while (!waiting_.empty() && round.size() < kMaxStatements) {
    waiting_.front()->state = State::kSent;
    round.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return round;
}

void PgReadPipeline::Mend(PgConnection& connection, const PgError& error, absl::Time deadline) {
  if (error.failure() == PgFailure::kTimedOut) return connection.Abandon();
  // Others of the pool lead to the same server.
  if (error.failure() == PgFailure::kLost) return pool_.Drop();
  connection.Recover(deadline);
}

// Whether the error is this request's. `blamed`: one before it in the round had it.
bool PgReadPipeline::IsMeant(const PgError& error, Request& request, const Request& leader, bool blamed) {
  switch (error.failure()) {
    case PgFailure::kTimedOut:
      return &request == &leader;
    case PgFailure::kLost:
      return ++request.broken_connections >= kBrokenConnections;
    default:
      // A statement that fails is skipped to the end of the pipeline.
      return !blamed;
  }
}

// Those without an answer get the error where it is theirs, and else another round.
void PgReadPipeline::GiveOut(const Round& round, const std::optional<PgError>& error, const Request& leader) {
  Round again;
  bool blamed = false;
  for (const std::shared_ptr<Request>& request : round) {
    if (request->state == State::kDone) continue;
    if (request->result.arrived()) {
      request->state = State::kDone;
    } else if (IsMeant(*error, *request, leader, blamed)) {
      request->End(*error);
      blamed = true;
    } else {
      request->state = State::kWaiting;
      again.push_back(request);
    }
    if (request.get() != &leader && request->state == State::kDone) request->changed.Signal();
  }
  waiting_.insert(waiting_.begin(), again.begin(), again.end());
}

}  // namespace keelson
