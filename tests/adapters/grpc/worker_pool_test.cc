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
  void Finish() override {}
  Deadline deadline() const override { return Deadline::Never(); }

  absl::Notification begun;
  absl::Notification go_on;
};

class Counting final : public WorkerPool::Job {
 public:
  explicit Counting(std::atomic<int>& count) : count_(count) {}
  void Run(google::protobuf::Arena&) override { ran_ = true; }
  void Finish() override {
    if (ran_) ++count_;
  }
  Deadline deadline() const override { return Deadline::Never(); }

 private:
  bool ran_ = false;
  std::atomic<int>& count_;
};

TEST_CASE(
    "jobs run up to the thread limit, then queue up to the queue limit, and further jobs are rejected") {
  Waiting first, second;
  std::atomic<int> count = 0;
  Counting third(count), fourth(count);
  WorkerPool pool({.threads = 2, .queued = 1});
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

TEST_CASE("Stop runs the queued jobs, and later jobs are rejected") {
  std::atomic<int> count = 0;
  std::vector<std::unique_ptr<Counting>> jobs;
  WorkerPool pool({.threads = 3, .queued = 1000});
  for (int i = 0; i < 500; ++i) {
    jobs.push_back(std::make_unique<Counting>(count));
    REQUIRE(pool.Submit(jobs.back().get()));
  }
  pool.Stop();
  CHECK(count == 500);
  CHECK_FALSE(pool.Submit(jobs.front().get()));
}

TEST_CASE("a thread takes queued jobs in batches of at most Limits::batch jobs") {
  Waiting first;
  std::atomic<int> count = 0;
  std::vector<std::size_t> taken;
  std::vector<std::unique_ptr<Counting>> jobs;
  WorkerPool pool({.threads = 1, .queued = 10, .batch = 4},
                  [&](const WorkerPool::Jobs& batch, google::protobuf::Arena& arena) {
                    taken.push_back(batch.size());
                    WorkerPool::RunEach(batch, arena);
                  });
  REQUIRE(pool.Submit(&first));
  first.begun.WaitForNotification();
  for (int i = 0; i < 6; ++i) {
    jobs.push_back(std::make_unique<Counting>(count));
    REQUIRE(pool.Submit(jobs.back().get()));
  }
  first.go_on.Notify();
  pool.Stop();
  CHECK(taken == std::vector<std::size_t>{1, 4, 2});
  CHECK(count == 6);
}

}  // namespace
}  // namespace keelson
