#include "app/background_jobs.h"

#include <atomic>
#include <catch2/catch.hpp>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "core/events/event_repository.h"
#include "tests/app/durations.h"
#include "tests/app/recording_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/real_clock.h"

namespace keelson {
namespace {

TEST_CASE("a job starts at once, and runs again without delay while it reports remaining work") {
  RecordingLog log;
  std::atomic<int> runs = 0;
  absl::Notification last;
  BackgroundJobs jobs(log, real_clock);
  jobs.Start({"batches", kLong, kLong, [&]() -> absl::StatusOr<bool> {
                if (++runs == 3) last.Notify();
                return runs < 3;
              }});
  CHECK(last.WaitForNotificationWithTimeout(kPatience));
  jobs.Stop();
  CHECK(runs == 3);
  CHECK(log.events().empty());
}

TEST_CASE("a job without remaining work runs again after its interval") {
  RecordingLog log;
  std::atomic<int> runs = 0;
  absl::Notification third;
  BackgroundJobs jobs(log, real_clock);
  const absl::Time start = absl::Now();
  jobs.Start({"poll", absl::Milliseconds(20), kLong, [&]() -> absl::StatusOr<bool> {
                if (++runs == 3) third.Notify();
                return false;
              }});
  CHECK(third.WaitForNotificationWithTimeout(kPatience));
  CHECK(absl::Now() - start >= absl::Milliseconds(40));
}

TEST_CASE("a failed job is logged and retried with exponential backoff") {
  RecordingLog log;
  std::atomic<int> runs = 0;
  absl::Notification recovered;
  BackgroundJobs jobs(log, real_clock);
  const absl::Time start = absl::Now();
  jobs.Start({"flaky", absl::Milliseconds(10), kLong, [&]() -> absl::StatusOr<bool> {
                if (++runs <= 3) return absl::UnavailableError("away");
                if (runs == 4) recovered.Notify();
                return false;
              }});
  CHECK(recovered.WaitForNotificationWithTimeout(kPatience));
  // The delays are 10, 20 and 40 ms.
  CHECK(absl::Now() - start >= absl::Milliseconds(70));
  jobs.Stop();
  CHECK(log.events() == std::vector<std::string>(3, "job.failed"));
}

TEST_CASE("the status of a job has the end of its last successful run") {
  RecordingLog log;
  std::atomic<int> runs = 0;
  std::vector<JobStatus> after_failure;
  absl::Notification recorded;
  FakeClock clock;
  BackgroundJobs jobs(log, clock);
  jobs.Start({"flaky", absl::Milliseconds(1), kLong, [&]() -> absl::StatusOr<bool> {
                // Each run starts after the outcome of the previous run is recorded.
                switch (++runs) {
                  case 1:
                    return absl::UnavailableError("away");
                  case 2:
                    after_failure = jobs.ListJobs();
                    return true;
                  case 3:
                    recorded.Notify();
                    return false;
                  default:
                    return false;
                }
              }});
  CHECK(recorded.WaitForNotificationWithTimeout(kPatience));
  CHECK(after_failure.at(0).last_success == absl::InfinitePast());
  CHECK(jobs.ListJobs().at(0).last_success == clock.Now());
}

TEST_CASE("Stop waits for the current run to end, and no further run starts") {
  RecordingLog log;
  absl::Notification begun;
  std::atomic<bool> ended = false;
  BackgroundJobs jobs(log, real_clock);
  jobs.Start({"slow", kLong, kLong, [&]() -> absl::StatusOr<bool> {
                begun.Notify();
                absl::SleepFor(absl::Milliseconds(50));
                ended = true;
                return true;
              }});
  begun.WaitForNotification();
  const absl::Time start = absl::Now();
  jobs.Stop();
  CHECK(ended);
  CHECK(absl::Now() - start < kPatience);
}

}  // namespace
}  // namespace keelson
