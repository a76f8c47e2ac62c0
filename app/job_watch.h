#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "app/background_jobs.h"
#include "core/common/job_status.h"
#include "core/common/log.h"

namespace keelson {

// Logs when a background job stalls and when it recovers. Does not wait for a job. Not thread-safe, except
// for ListJobs.
class JobWatch final : public JobStatuses {
 public:
  static constexpr absl::Duration kInterval = absl::Seconds(1);
  // Called with the first status of each job and with every changed status.
  using Report = std::function<void(const JobStatus& status)>;

  // `jobs` must outlive this object.
  JobWatch(std::vector<const BackgroundJobs*> jobs, Report report, Log& log)
      : jobs_(std::move(jobs)), report_(std::move(report)), log_(log) {}

  // Checks every job once.
  void operator()();
  std::vector<JobStatus> ListJobs() const override;

 private:
  void Note(const JobStatus& status);
  void LogChange(const JobStatus& status);

  const std::vector<const BackgroundJobs*> jobs_;
  const Report report_;
  Log& log_;
  // Whether the job was stalled at the last check, by job name.
  std::map<std::string, bool> stalled_;
};

}  // namespace keelson
