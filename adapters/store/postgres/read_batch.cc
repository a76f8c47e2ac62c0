#include "adapters/store/postgres/read_batch.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

// Connections that may break under a statement before it is given up.
constexpr int kMaxBrokenPerRead = 2;

thread_local PgReadBatch* running_batch = nullptr;

}  // namespace

PgReadBatch* PgReadBatch::Running(const PgPool& pool) {
  return running_batch != nullptr && &running_batch->pool_ == &pool ? running_batch : nullptr;
}

void PgReadBatch::Run() {
  while (Any(State::kToAsk)) {
    RunAll(State::kToAsk);
    if (Any(State::kAsked)) SendAll();
  }
  RunAll(State::kAnswered);
  for (const Request& request : requests_) {
    if (request.state == State::kOutgrown) request.call.run();
  }
}

void PgReadBatch::RunAll(State state) {
  running_batch = this;
  for (Request& request : requests_) {
    if (request.state != state) continue;
    running_ = &request;
    request.call.run();
    // It came to its end without asking.
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
  if (request.state == State::kToAsk) {
    request.sql = sql;
    Queue(request, arguments);
  }
  if (request.state != State::kAnswered || request.sql != sql) Outgrow();
  request.state = State::kRead;
  if (request.error) throw PgError(*request.error);
  return std::move(request.result);
}

void PgReadBatch::Outgrow() {
  if (running_->state != State::kAsked) running_->state = State::kOutgrown;
  throw PgError(PgFailure::kConflict, absl::AbortedError("the call is to be run again"));
}

void PgReadBatch::Queue(Request& request, const PgArguments& arguments) {
  request.state = State::kAsked;
  try {
    if (!connection_ && !error_) Connect();
    if (!error_) (*connection_)->Queue(request.sql, arguments, PgConnection::kAnyNumber, &request.result);
  } catch (const PgError& error) {
    error_ = error;
  }
}

// Waits no longer than the call can that is in the greatest hurry.
void PgReadBatch::Connect() {
  absl::StatusOr<PgPool::Lease> taken = pool_.Take(FirstDeadline());
  if (taken.ok()) {
    connection_.emplace(*std::move(taken));
  } else if (absl::IsDeadlineExceeded(taken.status())) {
    throw PgError(PgFailure::kTimedOut, absl::DeadlineExceededError("the deadline passed"));
  } else {
    throw PgError(PgFailure::kUnavailable, taken.status());
  }
}

Deadline PgReadBatch::FirstDeadline() const {
  Deadline first;
  for (const Request& request : requests_) {
    if (request.state == State::kToAsk || request.state == State::kAsked) {
      first = std::min(first, request.call.deadline);
    }
  }
  return first;
}

void PgReadBatch::SendAll() {
  const Deadline deadline = std::max(FirstDeadline(), Deadline::After(kPatience));
  try {
    if (!error_) (*connection_)->Finish(deadline);
  } catch (const PgError& error) {
    error_ = error;
  }
  if (error_ && connection_) Mend(deadline);
  GiveOut();
  connection_.reset();
  error_.reset();
}

void PgReadBatch::Mend(Deadline deadline) {
  if (error_->failure() == PgFailure::kTimedOut) return (*connection_)->Abandon();
  // Others of the pool lead to the same server.
  if (error_->failure() == PgFailure::kLost) return pool_.Drop();
  (*connection_)->Recover(deadline);
}

// Those without an answer get the error where it is theirs, and else ask again.
void PgReadBatch::GiveOut() {
  bool blamed = false;
  for (Request& request : requests_) {
    if (request.state != State::kAsked) continue;
    request.state = State::kAnswered;
    if (request.result.arrived()) continue;
    if (IsMeant(request, blamed)) {
      request.error = error_;
      blamed = true;
    } else {
      request.state = State::kToAsk;
    }
  }
}

// Whether the error is this call's. `blamed`: one before it had it.
bool PgReadBatch::IsMeant(Request& request, bool blamed) const {
  if (error_->failure() == PgFailure::kTimedOut && !error_->told()) {
    return request.call.deadline.expired();
  }
  if (error_->failure() == PgFailure::kLost) return ++request.broken_connections >= kMaxBrokenPerRead;
  // What keeps one from a connection keeps all. A statement that fails is skipped to the end of the pipeline.
  return !connection_ || !blamed;
}

}  // namespace keelson
