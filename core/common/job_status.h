#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace keelson {

// The state of the background jobs of one name.
struct JobStatus {
  std::string name;
  // True if a run takes longer than expected, or if the next run is late.
  bool stalled = false;
  // The end of the last run that succeeded; InfinitePast: none.
  absl::Time last_success = absl::InfinitePast();
};

// Thread-safe.
class JobStatuses {
 public:
  virtual ~JobStatuses() = default;
  // Returns one status per job name. Does not wait for a job.
  virtual std::vector<JobStatus> ListJobs() const = 0;
};

}  // namespace keelson
