#pragma once

#include <functional>

#include "core/common/deadline.h"
#include "core/repositories.h"

namespace keelson {

// A store that runs the closure of each Write twice, and commits the second run, as after a conflict.
class RetryingStore : public Store {
 public:
  explicit RetryingStore(Store& store) : store_(store) {}

  absl::Status Read(Deadline deadline, ReadWork work) override { return store_.Read(deadline, work); }
  absl::Status Write(Deadline deadline, WriteWork work) override {
    const absl::Status rolled_back = store_.Write(deadline, [&](WriteTransaction& tx) {
      work(tx).IgnoreError();
      return absl::AbortedError("a conflict");
    });
    if (!absl::IsAborted(rolled_back)) return rolled_back;
    if (between_runs) between_runs();
    return store_.Write(deadline, work);
  }
  absl::Status Check(Deadline deadline) override { return store_.Check(deadline); }
  StoreTraits traits() override { return store_.traits(); }

  std::function<void()> between_runs;

 private:
  Store& store_;
};

}  // namespace keelson
