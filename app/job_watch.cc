#include "app/job_watch.h"

namespace keelson {

void JobWatch::operator()() {
  for (const JobStatus& status : ListJobs()) Note(status);
}

std::vector<JobStatus> JobWatch::ListJobs() const {
  std::vector<JobStatus> all;
  for (const BackgroundJobs* jobs : jobs_) {
    const std::vector<JobStatus> statuses = jobs->ListJobs();
    all.insert(all.end(), statuses.begin(), statuses.end());
  }
  return all;
}

void JobWatch::Note(const JobStatus& status) {
  const auto [known, is_new] = stalled_.try_emplace(status.name, false);
  const bool changed = known->second != status.stalled;
  if (!is_new && !changed) return;
  known->second = status.stalled;
  if (changed) LogChange(status);
  report_(status);
}

void JobWatch::LogChange(const JobStatus& status) {
  if (status.stalled) {
    log_.Write(
        Severity::kError, "job.stalled",
        "a background job has stalled: a run exceeded the job's time limit, or the next run has not started",
        {{"job", status.name}});
  } else {
    log_.Write(Severity::kInfo, "job.recovered", "a stalled background job runs again",
               {{"job", status.name}});
  }
}

}  // namespace keelson
