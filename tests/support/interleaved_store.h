#pragma once

#include <functional>
#include <utility>

#include "core/common/deadline.h"
#include "core/repositories.h"

namespace keelson {

// A store that forwards calls to another store, and calls a function before the next write, to reproduce a
// race.
class InterleavedStore : public Store {
 public:
  explicit InterleavedStore(Store& store) : store_(store) {}

  absl::Status Read(Deadline deadline, ReadWork work) override { return store_.Read(deadline, work); }
  absl::Status Write(Deadline deadline, WriteWork work) override {
    if (before_next_write) std::exchange(before_next_write, nullptr)();
    return store_.Write(deadline, work);
  }
  absl::Status Check(Deadline deadline) override { return store_.Check(deadline); }
  StoreTraits traits() override { return store_.traits(); }

  // Called once, before the next write.
  std::function<void()> before_next_write;

 private:
  Store& store_;
};

}  // namespace keelson
