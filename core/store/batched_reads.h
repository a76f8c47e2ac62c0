#pragma once

#include <functional>
#include <span>

#include "core/common/deadline.h"

namespace keelson {

// A short read executed as part of a batch.
struct ReadCall {
  // Deadline that `run` passes to Read.
  Deadline deadline;
  // Must call only Read of the store, at most a few times, and must not throw. May run more than once and
  // must read the same rows in each run. Read fails in all runs except the last, whose result counts.
  std::function<void()> run;
};

// An optional capability of a store (StoreTraits::batched_reads): executes many short reads in one round
// trip. Thread-safe.
class BatchedReads {
 public:
  virtual ~BatchedReads() = default;
  // Runs all calls on the calling thread and blocks until all have ended. A slow or failing call does not
  // delay the other calls much beyond their deadlines.
  virtual void RunBatch(std::span<const ReadCall> calls) = 0;
};

}  // namespace keelson
