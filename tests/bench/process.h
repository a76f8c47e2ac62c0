#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace keelson {

// A child process. The destructor stops it; the kernel kills it if this process ends first.
class Process {
 public:
  // Runs the command `arguments` in `directory`, and writes its output to the file `output` there.
  static absl::StatusOr<Process> Start(const std::vector<std::string>& arguments,
                                       const std::filesystem::path& directory, const std::string& output);
  ~Process() { Stop(); }
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;

  // Sends SIGTERM, then SIGKILL if the process still runs after 15 seconds.
  void Stop();
  bool running();
  absl::Time start_time() const { return start_time_; }

  // Return the current and the peak resident memory in bytes.
  absl::StatusOr<double> resident() const { return StatusField("VmRSS:"); }
  absl::StatusOr<double> peak_resident() const { return StatusField("VmHWM:"); }

 private:
  Process(pid_t pid, absl::Time start_time) : pid_(pid), start_time_(start_time) {}
  absl::StatusOr<double> StatusField(const std::string& name) const;

  pid_t pid_;
  absl::Time start_time_;
};

// Returns a loopback TCP port that is free at the time of the call.
absl::StatusOr<int> FreePort();

}  // namespace keelson
