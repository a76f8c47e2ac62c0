#pragma once

#include <functional>
#include <span>

#include "core/common/deadline.h"

namespace keelson {

// A short read executed as part of a batch.
struct ReadCall {
  // Deadline of its Read.
  Deadline deadline;
  // Calls Read of the store at most a few times, and never Write. May run more than once, and must then ask
  // for the same rows: the store ends earlier runs by an error of Read, and the last run counts. Must not
  // throw.
  std::function<void()> run;
};

// An optional capability of a store (StoreTraits::batched_reads): executes many short reads in one round
// trip. Thread-safe.
class BatchedReads {
 public:
  virtual ~BatchedReads() = default;
  // Runs every call to its end on the calling thread, which blocks. A call that is slow or fails does not
  // delay the others much past their deadlines.
  virtual void RunBatch(std::span<const ReadCall> calls) = 0;
};

}  // namespace keelson
