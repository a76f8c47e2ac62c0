#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "core/common/circuit_breaker.h"
#include "core/common/clock.h"
#include "core/common/steady_time.h"

namespace keelson {

// The limits of the calls to one provider.
struct CallLimits {
  // Maximum number of concurrent calls.
  int concurrency = 1;
  // Maximum number of calls per second; zero: no limit.
  int rate = 0;
  // Maximum number of items assigned to the provider. Further items stay in the store, where other processes
  // can claim them.
  int max_load = 256;
  CircuitPolicy circuit;
};

// The items that wait for a call to one provider. The circuit breaker, the waits that the provider requested
// and the configured rate determine when the provider may be called. Not thread-safe: the owner's mutex
// guards all calls. Never blocks.
template <typename Item>
class CallQueue {
 public:
  CallQueue(const CallLimits& limits, Clock& clock)
      : limits_(limits), clock_(clock), circuit_(limits.circuit) {}

  // Whether an item may be assigned to the provider now.
  bool CanAccept() const {
    const SteadyTime now = clock_.SteadyNow();
    return now >= paused_until_ && circuit_.Permits(now, load_) > 0;
  }
  // The number of items that should be assigned to the provider, in addition to the items already assigned.
  // `quick`: assigns as many items as the concurrent calls need for kQueuedTime, so that no call waits for
  // the store. Otherwise at most one item waits for each concurrent call.
  int Capacity(bool quick) const {
    const SteadyTime now = clock_.SteadyNow();
    if (now < paused_until_) return 0;
    return std::clamp(TargetLoad(quick) - load_, 0, circuit_.Permits(now, load_));
  }
  // Whether the circuit is not open and every wait that the provider requested has elapsed.
  bool IsOpen() const {
    const SteadyTime now = clock_.SteadyNow();
    return now >= paused_until_ && circuit_.StateAt(now) != CircuitState::kOpen;
  }
  // Whether the circuit is closed and every wait that the provider requested has elapsed.
  bool IsAvailable() const {
    const SteadyTime now = clock_.SteadyNow();
    return now >= paused_until_ && circuit_.StateAt(now) == CircuitState::kClosed;
  }
  // Time at which an open circuit becomes half open and every wait has elapsed.
  SteadyTime OpensAt() const { return std::max(paused_until_, circuit_.open_until()); }
  // Number of assigned items.
  int load() const { return load_; }
  CircuitState StateNow() const { return circuit_.StateAt(clock_.SteadyNow()); }

  // Counts an item that is assigned to the provider, until Finish, Release, TakeWaiting or Remove.
  void Reserve() { ++load_; }
  // Ends the assignment of an item that is not in the queue, without a call.
  void Release() { --load_; }
  // Appends an assigned item that is ready for its call.
  void Push(Item item) { waiting_.push_back(std::move(item)); }
  // Removes an assigned item, whether or not it is in the queue.
  void Remove(const Item& item) {
    std::erase(waiting_, item);
    Release();
  }
  // Removes all waiting items and returns them.
  std::deque<Item> TakeWaiting() {
    load_ -= static_cast<int>(waiting_.size());
    return std::exchange(waiting_, {});
  }
  // Removes and returns the next item to call the provider for; nullopt if no item waits or the provider may
  // not be called.
  std::optional<Item> Pop() {
    const SteadyTime now = clock_.SteadyNow();
    if (waiting_.empty() || !IsOpen() || now < next_slot_) return std::nullopt;
    if (limits_.rate > 0) next_slot_ = std::max(now, next_slot_) + absl::Seconds(1) / limits_.rate;
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    return item;
  }
  // Time until Pop returns an item; infinite if no item waits.
  absl::Duration TimeUntilReady() const {
    if (waiting_.empty()) return absl::InfiniteDuration();
    return std::max(std::max(next_slot_, OpensAt()) - clock_.SteadyNow(), absl::ZeroDuration());
  }

  // Records that the call for an assigned item has ended, after `elapsed`.
  void Finish(absl::Duration elapsed) {
    --load_;
    average_ = average_ <= absl::ZeroDuration() ? elapsed : (7 * average_ + elapsed) / 8;
  }
  // Allows no calls for `wait`.
  void Pause(absl::Duration wait) { paused_until_ = clock_.SteadyNow() + wait; }
  CircuitBreaker& circuit() { return circuit_; }

 private:
  // A queue holds as many items as its concurrent calls handle in this time.
  static constexpr absl::Duration kQueuedTime = absl::Milliseconds(250);

  int TargetLoad(bool quick) const {
    const int min_load = 2 * limits_.concurrency;
    if (!quick || average_ <= absl::ZeroDuration()) return min_load;
    const double wanted = limits_.concurrency * absl::FDivDuration(kQueuedTime, average_);
    return static_cast<int>(std::clamp<double>(wanted, min_load, std::max(min_load, limits_.max_load)));
  }

  const CallLimits limits_;
  Clock& clock_;
  CircuitBreaker circuit_;
  SteadyTime paused_until_;
  // Time at which the configured rate permits the next call.
  SteadyTime next_slot_;
  int load_ = 0;
  std::deque<Item> waiting_;
  // Moving average of the duration of a call.
  absl::Duration average_ = absl::ZeroDuration();
};

}  // namespace keelson
