#include "adapters/store/postgres/pool.h"

#include <algorithm>
#include <utility>

#include "adapters/store/postgres/bounded_open.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

// Pause after a failed attempt to open a connection.
constexpr absl::Duration kPause = absl::Milliseconds(100);

// Varies the lifetime by up to a tenth, so that connections that were opened together do not expire together.
absl::Duration Lifetime(const PgConnection& connection, absl::Duration lifetime) {
  const std::int64_t spread = absl::ToInt64Nanoseconds(connection.open_time() - SteadyTime()) % 21 - 10;
  return lifetime + lifetime * spread / 100;
}

// Returns a deep copy, because each waiting thread gets its own status, and copies of an absl::Status share
// their payload.
absl::Status CopyOf(const absl::Status& status) {
  absl::Status copy(status.code(), status.message());
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { copy.SetPayload(url, payload); });
  return copy;
}

}  // namespace

PgPool::PgPool(const Options& options) : options_(options), opener_([this] { OpenWhenNeeded(); }) {}

PgPool::~PgPool() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    wanted_.SignalAll();
  }
  opener_.join();
}

absl::StatusOr<PgPool::Lease> PgPool::Take(Deadline deadline) {
  absl::MutexLock lock(&mutex_);
  // Callers that already wait are served first.
  if (waiters_.empty()) {
    if (std::unique_ptr<PgConnection> idle = TakeIdle()) return Lease(*this, std::move(idle));
  }
  if (waiters_.size() >= options_.waiters) {
    return MakeError(Reason::kOverloaded, "too many calls wait for a database connection: retry later");
  }
  Waiter waiter;
  waiters_.push_back(&waiter);
  if (NeedsConnection()) wanted_.Signal();
  while (!waiter.served()) {
    if (waiter.done.WaitUntil(&mutex_, deadline) || waiter.served()) continue;
    waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
    return absl::DeadlineExceededError("no database connection became free before the deadline");
  }
  RETURN_IF_ERROR(std::move(waiter.failure));
  return Lease(*this, std::move(waiter.connection));
}

std::unique_ptr<PgConnection> PgPool::TakeIdle() {
  while (!idle_.empty()) {
    std::unique_ptr<PgConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    if (!connection->HasUnexpectedInput() && IsWorthKeeping(*connection)) return connection;
    --connections_;
  }
  return nullptr;
}

bool PgPool::IsWorthKeeping(PgConnection& connection) const {
  return connection.usable() && connection.open_time() >= dropped_before_ &&
         SteadyTime::Now() - connection.open_time() < Lifetime(connection, options_.lifetime);
}

void PgPool::Return(std::unique_ptr<PgConnection> connection) {
  const absl::MutexLock lock(&mutex_);
  if (stopping_ || !IsWorthKeeping(*connection)) {
    --connections_;
    if (NeedsConnection()) wanted_.Signal();
    return;
  }
  if (waiters_.empty()) {
    idle_.push_back(std::move(connection));
    return;
  }
  Waiter& first = *waiters_.front();
  waiters_.pop_front();
  first.connection = std::move(connection);
  first.done.Signal();
}

void PgPool::Drop() {
  const absl::MutexLock lock(&mutex_);
  dropped_before_ = SteadyTime::Now();
  connections_ -= idle_.size();
  idle_.clear();
}

bool PgPool::NeedsConnection() const {
  return !waiters_.empty() && connections_ < options_.size;
}

void PgPool::OpenWhenNeeded() {
  absl::MutexLock lock(&mutex_);
  while (true) {
    while (!stopping_ && !NeedsConnection()) wanted_.Wait(&mutex_);
    if (stopping_) return FailWaiters(MakeError(Reason::kShuttingDown, "the store is closing"));
    ++connections_;
    mutex_.Unlock();
    absl::StatusOr<std::unique_ptr<PgConnection>> connection =
        OpenWithin(options_.connection, Deadline::After(options_.longest_open));
    mutex_.Lock();
    const bool failed = !connection.ok();
    Opened(std::move(connection));
    if (failed && !stopping_) wanted_.WaitUntil(&mutex_, Deadline::After(kPause));
  }
}

void PgPool::Opened(absl::StatusOr<std::unique_ptr<PgConnection>> connection) {
  if (!connection.ok()) {
    --connections_;
    // Without any connection, no connection can return to the pool: waiting would be useless.
    if (connections_ == 0) FailWaiters(connection.status());
    return;
  }
  if (waiters_.empty()) {
    idle_.push_back(*std::move(connection));
    return;
  }
  Waiter& first = *waiters_.front();
  waiters_.pop_front();
  first.connection = *std::move(connection);
  first.done.Signal();
}

void PgPool::FailWaiters(const absl::Status& failure) {
  for (Waiter* waiter : waiters_) {
    waiter->failure = CopyOf(failure);
    waiter->done.Signal();
  }
  waiters_.clear();
}

}  // namespace keelson
