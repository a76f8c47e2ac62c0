#pragma once

#include "core/common/deadline.h"
#include "core/repositories.h"

namespace keelson {

// A store that forwards calls to another store, or returns `failure` if that is not OK.
class FailingStore : public Store {
 public:
  explicit FailingStore(Store& store) : store_(store) {}

  absl::Status Read(Deadline deadline, ReadWork work) override {
    return failure.ok() ? store_.Read(deadline, work) : failure;
  }
  absl::Status Write(Deadline deadline, WriteWork work) override {
    return failure.ok() ? store_.Write(deadline, work) : failure;
  }
  absl::Status Check(Deadline deadline) override { return failure.ok() ? store_.Check(deadline) : failure; }
  StoreTraits traits() override { return store_.traits(); }

  absl::Status failure;

 private:
  Store& store_;
};

}  // namespace keelson
