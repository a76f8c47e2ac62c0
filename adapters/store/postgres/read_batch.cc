#include "adapters/store/postgres/read_batch.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

// A read fails after this many connections broke while executing the statement of the read.
constexpr int kMaxBrokenPerRead = 2;

thread_local PgReadBatch* running_batch = nullptr;

PgError RunAgain() {
  return {PgFailure::kRunAgain, absl::AbortedError("the call must run again")};
}

}  // namespace

PgReadBatch* PgReadBatch::Running(const PgPool& pool) {
  return running_batch != nullptr && &running_batch->pool_ == &pool ? running_batch : nullptr;
}

void PgReadBatch::Run() {
  while (Any(State::kNew)) {
    RunAll(State::kNew);
    if (Any(State::kQueued)) Execute();
  }
  RunAll(State::kReceived);
  for (const Request& request : requests_) {
    if (request.state == State::kUnbatchable) request.call.run();
  }
}

void PgReadBatch::RunAll(State state) {
  running_batch = this;
  for (Request& request : requests_) {
    if (request.state != state) continue;
    running_ = &request;
    request.call.run();
    if (request.state == state) request.state = State::kDone;
  }
  running_batch = nullptr;
}

bool PgReadBatch::Any(State state) const {
  return std::any_of(requests_.begin(), requests_.end(),
                     [&](const Request& request) { return request.state == state; });
}

PgResult PgReadBatch::Query(const char* sql, const PgArguments& arguments) {
  Request& request = *running_;
  if (request.state == State::kNew) {
    Queue(request, sql, arguments);
    throw RunAgain();
  }
  if (request.state != State::kReceived || request.sql != sql) RunAlone();
  request.state = State::kDelivered;
  if (request.error) throw PgError(*request.error);
  return std::move(request.result);
}

void PgReadBatch::RunAlone() {
  // If the run has already ended with a queued statement, and the call has started another Read nevertheless:
  // keep kQueued, because the queued statement must be executed first.
  if (running_->state != State::kQueued) running_->state = State::kUnbatchable;
  throw RunAgain();
}

void PgReadBatch::Queue(Request& request, const char* sql, const PgArguments& arguments) {
  request.state = State::kQueued;
  request.sql = sql;
  try {
    if (!connection_ && !error_) Connect();
    if (!error_) (*connection_)->Queue(sql, arguments, PgConnection::kAnyNumber, &request.result);
  } catch (const PgError& error) {
    error_ = error;
  }
}

void PgReadBatch::Connect() {
  absl::StatusOr<PgPool::Lease> taken = pool_.Take(FirstDeadline());
  if (taken.ok()) {
    connection_.emplace(*std::move(taken));
  } else if (absl::IsDeadlineExceeded(taken.status())) {
    throw PgError(PgFailure::kTimedOut,
                  absl::DeadlineExceededError("the deadline expired before the read was executed"));
  } else {
    throw PgError(PgFailure::kUnavailable, taken.status());
  }
}

Deadline PgReadBatch::FirstDeadline() const {
  Deadline first;
  for (const Request& request : requests_) {
    if (request.state == State::kNew || request.state == State::kQueued) {
      first = std::min(first, request.call.deadline);
    }
  }
  return first;
}

void PgReadBatch::Execute() {
  const Deadline deadline = std::max(FirstDeadline(), Deadline::After(kMinTimeout));
  try {
    if (!error_) (*connection_)->Finish(deadline);
  } catch (const PgError& error) {
    error_ = error;
  }
  if (error_ && connection_) HandleConnectionError(deadline);
  AssignResults();
  connection_.reset();
  error_.reset();
}

void PgReadBatch::HandleConnectionError(Deadline deadline) {
  if (error_->failure() == PgFailure::kTimedOut) return (*connection_)->Abandon();
  // The other connections of the pool lead to the same server.
  if (error_->failure() == PgFailure::kLost) return pool_.Drop();
  (*connection_)->Recover(deadline);
}

// Assigns the error to the statement that caused it; other statements without a result are sent again.
void PgReadBatch::AssignResults() {
  bool owner_known = false;
  for (Request& request : requests_) {
    if (request.state != State::kQueued) continue;
    request.state = State::kReceived;
    if (request.result.arrived()) continue;
    if (OwnsError(request, owner_known)) {
      request.error = error_;
      owner_known = true;
    } else {
      request.state = State::kNew;
    }
  }
}

// Whether the error belongs to the request's statement. `owner_known`: the error was already assigned to an
// earlier statement.
bool PgReadBatch::OwnsError(Request& request, bool owner_known) const {
  if (error_->failure() == PgFailure::kTimedOut && !error_->from_server()) {
    return request.call.deadline.expired();
  }
  if (error_->failure() == PgFailure::kLost) return ++request.broken_connections >= kMaxBrokenPerRead;
  // Without a connection, every statement fails. In a pipeline, the first statement without a result failed,
  // and the server skipped the others.
  return !connection_ || !owner_known;
}

}  // namespace keelson
