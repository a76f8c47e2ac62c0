#pragma once

#include <functional>
#include <span>

#include "core/common/deadline.h"

namespace keelson {

// A short read executed as part of a batch.
struct ReadCall {
  // Deadline of its Read.
  Deadline deadline;
  // Calls Read of the store at most a few times, and never Write. May run more than once, and must then read
  // the same rows: Read fails in the earlier runs, and the last run counts. Must not throw.
  std::function<void()> run;
};

// An optional capability of a store (StoreTraits::batched_reads): executes many short reads in one round
// trip. Thread-safe.
class BatchedReads {
 public:
  virtual ~BatchedReads() = default;
  // Runs every call to its end on the calling thread, which blocks. A slow or failing call does not delay the
  // other calls much beyond their deadlines.
  virtual void RunBatch(std::span<const ReadCall> calls) = 0;
};

}  // namespace keelson
