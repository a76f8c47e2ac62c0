#include "app/job_watch.h"

#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "absl/synchronization/notification.h"
#include "core/events/event_repository.h"
#include "tests/app/durations.h"
#include "tests/app/recording_log.h"
#include "tests/support/real_clock.h"

namespace keelson {
namespace {

constexpr absl::Duration kShort = absl::Milliseconds(10);

// A job whose runs block until the test releases them.
class HangingJob {
 public:
  std::function<absl::StatusOr<bool>()> run() {
    return [this]() -> absl::StatusOr<bool> {
      begun_.Notify();
      released_.WaitForNotification();
      return false;
    };
  }
  void AwaitBegin() { begun_.WaitForNotification(); }
  void Release() { released_.Notify(); }

 private:
  absl::Notification begun_;
  absl::Notification released_;
};

absl::StatusOr<bool> FindNothing() {
  return false;
}

// Watches jobs and keeps the last reported status of each.
class WatchedJobs {
 public:
  explicit WatchedJobs(std::vector<const BackgroundJobs*> jobs)
      : watch_(
            std::move(jobs), [this](const JobStatus& job) { Keep(job); }, log_) {}

  // Runs the JobWatch repeatedly until `job` has the status `stalled`; returns false on a timeout.
  bool Becomes(const std::string& job, bool stalled) {
    const Deadline patience = Deadline::After(kPatience);
    do {
      watch_();
    } while (stalled_.at(job) != stalled && !patience.expired());
    return stalled_.at(job) == stalled;
  }
  void Look() { watch_(); }
  const std::map<std::string, bool>& stalled() const { return stalled_; }
  int reports() const { return reports_; }
  std::vector<std::string> events() const { return log_.events(); }

 private:
  void Keep(const JobStatus& job) {
    stalled_[job.name] = job.stalled;
    ++reports_;
  }

  RecordingLog log_;
  std::map<std::string, bool> stalled_;
  int reports_ = 0;
  JobWatch watch_;
};

TEST_CASE("a job whose run hangs is reported as stalled, and as recovered when the run ends") {
  RecordingLog log;
  BackgroundJobs jobs(log, real_clock);
  HangingJob hanging;
  jobs.Start({"hangs", kLong, kShort, hanging.run()});
  jobs.Start({"works", kLong, kLong, &FindNothing});
  WatchedJobs watched({&jobs});
  CHECK(watched.Becomes("hangs", true));
  for (int i = 0; i < 10; ++i) watched.Look();
  CHECK(watched.events() == std::vector<std::string>{"job.stalled"});
  CHECK(watched.Becomes("works", false));

  hanging.Release();
  CHECK(watched.Becomes("hangs", false));
  for (int i = 0; i < 10; ++i) watched.Look();
  CHECK(watched.events() == std::vector<std::string>{"job.stalled", "job.recovered"});
}

TEST_CASE("a job is not reported as stalled before its run takes longer than longest_run") {
  RecordingLog log;
  BackgroundJobs jobs(log, real_clock);
  HangingJob sending;
  jobs.Start({"sends", kShort, kLong, sending.run()});
  sending.AwaitBegin();
  WatchedJobs watched({&jobs});
  watched.Look();
  CHECK(watched.stalled() == std::map<std::string, bool>{{"sends", false}});
  CHECK(watched.events().empty());
  sending.Release();
}

TEST_CASE("jobs that share a name are reported as stalled while any of them is stalled") {
  RecordingLog log;
  BackgroundJobs jobs(log, real_clock);
  HangingJob hanging;
  jobs.Start({"sends", kLong, kLong, &FindNothing});
  jobs.Start({"sends", kLong, kShort, hanging.run()});
  jobs.Start({"sends", kLong, kLong, &FindNothing});
  WatchedJobs watched({&jobs});
  CHECK(watched.Becomes("sends", true));
  CHECK(watched.events() == std::vector<std::string>{"job.stalled"});
  hanging.Release();
  CHECK(watched.Becomes("sends", false));
}

TEST_CASE("a job that fails repeatedly is not reported as stalled") {
  RecordingLog log;
  BackgroundJobs jobs(log, real_clock);
  jobs.Start({"fails", absl::Milliseconds(1), kLong,
              []() -> absl::StatusOr<bool> { return absl::UnavailableError("away"); }});
  WatchedJobs watched({&jobs});
  const Deadline patience = Deadline::After(kPatience);
  while (log.events().size() < 3 && !patience.expired()) std::this_thread::yield();
  watched.Look();
  CHECK(watched.stalled() == std::map<std::string, bool>{{"fails", false}});
}

TEST_CASE("JobWatch reports the initial status of each job of several BackgroundJobs objects exactly once") {
  RecordingLog log;
  BackgroundJobs some(log, real_clock);
  BackgroundJobs others(log, real_clock);
  some.Start({"a", kLong, kLong, &FindNothing});
  others.Start({"b", kLong, kLong, &FindNothing});
  WatchedJobs watched({&some, &others});
  for (int i = 0; i < 10; ++i) watched.Look();
  CHECK(watched.stalled() == std::map<std::string, bool>{{"a", false}, {"b", false}});
  CHECK(watched.reports() == 2);
}

}  // namespace
}  // namespace keelson
