#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/figures.h"
#include "tests/bench/process.h"

namespace keelson {

// Runs the real service with its default configuration, except for its listen addresses. Its database is a
// copy of the workbench's database if there is one, otherwise empty. The destructor stops the service and
// deletes its directory.
class Service {
 public:
  // Starts the service and returns once it is SERVING. `settings` are passed by --set.
  static absl::StatusOr<Service> Start(const Workbench& bench, const std::vector<std::string>& settings = {});
  ~Service();
  Service(Service&&) = default;
  Service& operator=(Service&&) = delete;

  int port() const { return port_; }
  // Path of the SQLite database of the default configuration.
  std::filesystem::path database() const;
  const Process& process() const { return process_; }
  // Time from the start of the process until its health is SERVING.
  absl::Duration time_to_serving() const { return time_to_serving_; }

 private:
  Service(Process process, std::filesystem::path folder, int port)
      : process_(std::move(process)), folder_(std::move(folder)), port_(port) {}
  absl::Status AwaitServing();

  Process process_;
  std::filesystem::path folder_;
  int port_;
  absl::Duration time_to_serving_;
};

}  // namespace keelson
