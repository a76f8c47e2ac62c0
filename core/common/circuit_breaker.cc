#include "core/common/circuit_breaker.h"

#include <algorithm>
#include <limits>

namespace keelson {

CircuitState CircuitBreaker::StateAt(SteadyTime now) const {
  if (closed_) return CircuitState::kClosed;
  return now < open_until_ ? CircuitState::kOpen : CircuitState::kHalfOpen;
}

int CircuitBreaker::Permits(SteadyTime now, int in_flight) const {
  switch (StateAt(now)) {
    case CircuitState::kClosed:
      return std::numeric_limits<int>::max();
    case CircuitState::kOpen:
      return 0;
    case CircuitState::kHalfOpen:
      return std::max(0, probes_left_ - in_flight);
  }
  return 0;
}

void CircuitBreaker::Succeed(SteadyTime now) {
  const CircuitState state = StateAt(now);
  if (state == CircuitState::kClosed) return RecordCall(now, false);
  if (state == CircuitState::kOpen || --probes_left_ > 0) return;
  closed_ = true;
  next_open_ = policy_.open;
  calls_.clear();
}

void CircuitBreaker::Fail(SteadyTime now) {
  const CircuitState state = StateAt(now);
  if (state == CircuitState::kClosed) return RecordCall(now, true);
  if (state == CircuitState::kHalfOpen) Open(now);
}

void CircuitBreaker::ForceOpen(SteadyTime now) {
  if (StateAt(now) != CircuitState::kOpen) Open(now);
}

void CircuitBreaker::AllowProbe(SteadyTime now) {
  if (!closed_) open_until_ = std::min(open_until_, now);
}

void CircuitBreaker::RecordCall(SteadyTime now, bool failed) {
  calls_.push_back(failed);
  if (calls_.size() > static_cast<std::size_t>(policy_.window)) calls_.pop_front();
  if (!failed || calls_.size() < static_cast<std::size_t>(policy_.min_calls)) return;
  const auto failures = std::count(calls_.begin(), calls_.end(), true);
  if (static_cast<double>(failures) >= policy_.failure_ratio * static_cast<double>(calls_.size())) Open(now);
}

void CircuitBreaker::Open(SteadyTime now) {
  closed_ = false;
  open_until_ = now + next_open_;
  next_open_ = std::min(2 * next_open_, policy_.max_open);
  probes_left_ = policy_.probes;
}

}  // namespace keelson
