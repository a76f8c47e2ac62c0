#include "app/health_watch.h"

#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "adapters/store/memory/memory_store.h"
#include "app/background_jobs.h"
#include "app/job_watch.h"
#include "core/events/event_repository.h"
#include "tests/app/durations.h"
#include "tests/app/recording_log.h"
#include "tests/support/failing_store.h"
#include "tests/support/real_clock.h"

namespace keelson {
namespace {

class Providers : public ProviderStatuses {
 public:
  std::vector<ProviderStatus> ListProviders() const override { return statuses; }
  std::vector<ProviderStatus> statuses;
};

class PaymentProviders : public PaymentProviderStatuses {
 public:
  std::vector<PaymentProviderStatus> ListPaymentProviders() const override { return statuses; }
  std::vector<PaymentProviderStatus> statuses;
};

class Reconciliations : public ReconciliationStatuses {
 public:
  ReconciliationStatus LastReconciliation() const override { return status; }
  ReconciliationStatus status;
};

// A store whose health check ignores its deadline and blocks until the test releases it.
class HangingStore : public FailingStore {
 public:
  using FailingStore::FailingStore;

  absl::Status Check(Deadline deadline) override {
    const absl::MutexLock lock(&mutex_);
    while (hanging_) changed_.Wait(&mutex_);
    return FailingStore::Check(deadline);
  }
  void SetHanging(bool hanging) {
    const absl::MutexLock lock(&mutex_);
    hanging_ = hanging;
    changed_.SignalAll();
  }

 private:
  absl::Mutex mutex_;
  ConditionVariable changed_;
  bool hanging_ ABSL_GUARDED_BY(mutex_) = false;
};

// Records the last reported health of the server ("") and of its parts ("email.smtp"). Thread-safe.
class Health {
 public:
  HealthWatch::SetServing setter() {
    return [this](const std::string& part, bool serving) {
      const absl::MutexLock lock(&mutex_);
      serving_[part] = serving;
    };
  }
  bool serves(const std::string& part = "") const {
    const absl::MutexLock lock(&mutex_);
    const auto found = serving_.find(part);
    return found != serving_.end() && found->second;
  }

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mutex_);
};

struct WatchedHealth {
  MemoryStore memory;
  HangingStore store{memory};
  Providers providers;
  PaymentProviders payment_providers;
  Reconciliations reconciliations;
  Health health;
  RecordingLog log;
  HealthWatch watch{store,         providers, payment_providers, reconciliations, health.setter(),
                    "127.0.0.1:1", log};
};

TEST_CASE("the server is SERVING while the store's health check succeeds, and each change is logged once") {
  WatchedHealth watched;
  for (int i = 0; i < 3; ++i) REQUIRE(watched.watch().ok());
  CHECK(watched.health.serves());
  watched.store.failure = absl::UnavailableError("away");
  for (int i = 0; i < 3; ++i) REQUIRE(watched.watch().ok());
  CHECK_FALSE(watched.health.serves());
  watched.store.failure = absl::OkStatus();
  REQUIRE(watched.watch().ok());
  CHECK(watched.health.serves());
  CHECK(watched.log.events() ==
        std::vector<std::string>{"service.serving", "service.not_serving", "service.serving"});
}

TEST_CASE("a provider with an open circuit breaker is NOT_SERVING while the server is SERVING") {
  WatchedHealth watched;
  watched.providers.statuses = {{.name = "smtp", .circuit = CircuitState::kOpen}, {.name = "file"}};
  watched.payment_providers.statuses = {{.name = "stripe", .circuit = CircuitState::kOpen},
                                        {.name = "paypal", .circuit = CircuitState::kHalfOpen},
                                        {.name = "recorded"}};
  REQUIRE(watched.watch().ok());
  CHECK(watched.health.serves());
  CHECK(watched.health.serves("email.file"));
  CHECK_FALSE(watched.health.serves("email.smtp"));
  CHECK(watched.health.serves("payments.recorded"));
  CHECK(watched.health.serves("payments.paypal"));
  CHECK_FALSE(watched.health.serves("payments.stripe"));
}

TEST_CASE("payments.reconciliation is NOT_SERVING while the last reconciliation has left differences") {
  WatchedHealth watched;
  REQUIRE(watched.watch().ok());
  CHECK(watched.health.serves("payments.reconciliation"));
  watched.reconciliations.status = {.runs = 1, .last = {.compared = 5, .differences = 1}};
  REQUIRE(watched.watch().ok());
  CHECK_FALSE(watched.health.serves("payments.reconciliation"));
  CHECK(watched.health.serves());
  watched.reconciliations.status = {.runs = 2, .last = {.compared = 5, .repaired = 1}};
  REQUIRE(watched.watch().ok());
  CHECK(watched.health.serves("payments.reconciliation"));
}

TEST_CASE(
    "the server is NOT_SERVING while the store's health check hangs, and SERVING after a check succeeds") {
  WatchedHealth watched;
  REQUIRE(watched.watch().ok());
  watched.store.SetHanging(true);
  {
    BackgroundJobs jobs(watched.log, real_clock);
    jobs.Start({"health", absl::Milliseconds(1), absl::Milliseconds(10), [&] { return watched.watch(); }});
    JobWatch job_watch(
        {&jobs},
        [&](const JobStatus& job) {
          if (job.stalled) watched.watch.NoteHang();
        },
        watched.log);
    const Deadline patience = Deadline::After(kPatience);
    while (watched.health.serves() && !patience.expired()) job_watch();
    CHECK_FALSE(watched.health.serves());

    watched.store.SetHanging(false);
    while (!watched.health.serves() && !patience.expired()) std::this_thread::yield();
    CHECK(watched.health.serves());
  }
  CHECK(watched.log.events() ==
        std::vector<std::string>{"service.serving", "job.stalled", "service.not_serving", "service.serving"});
}

}  // namespace
}  // namespace keelson
