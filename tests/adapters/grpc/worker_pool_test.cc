#include "adapters/grpc/worker_pool.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace keelson {
namespace {

class Waiting final : public WorkerPool::Job {
 public:
  void Run(google::protobuf::Arena&) override {
    begun.Notify();
    go_on.WaitForNotification();
  }
  absl::Notification begun;
  absl::Notification go_on;
};

class Counting final : public WorkerPool::Job {
 public:
  explicit Counting(std::atomic<int>& count) : count_(count) {}
  void Run(google::protobuf::Arena&) override { ++count_; }

 private:
  std::atomic<int>& count_;
};

TEST_CASE("jobs run at once up to the threads, wait up to the queue, and are refused beyond it") {
  Waiting first, second;
  std::atomic<int> count = 0;
  Counting third(count), fourth(count);
  WorkerPool pool(2, 1);
  REQUIRE(pool.Submit(&first));
  REQUIRE(pool.Submit(&second));
  first.begun.WaitForNotification();
  second.begun.WaitForNotification();
  CHECK(pool.Submit(&third));
  CHECK_FALSE(pool.Submit(&fourth));
  CHECK(count == 0);
  first.go_on.Notify();
  while (count < 1) absl::SleepFor(absl::Milliseconds(1));
  CHECK(pool.Submit(&fourth));
  second.go_on.Notify();
  pool.Stop();
  CHECK(count == 2);
}

TEST_CASE("stopping runs what waits and refuses what comes later") {
  std::atomic<int> count = 0;
  std::vector<std::unique_ptr<Counting>> jobs;
  WorkerPool pool(3, 1000);
  for (int i = 0; i < 500; ++i) {
    jobs.push_back(std::make_unique<Counting>(count));
    REQUIRE(pool.Submit(jobs.back().get()));
  }
  pool.Stop();
  CHECK(count == 500);
  CHECK_FALSE(pool.Submit(jobs.front().get()));
}

}  // namespace
}  // namespace keelson
