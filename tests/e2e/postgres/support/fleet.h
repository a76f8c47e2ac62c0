#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {

// Several service processes on one database. Each process keeps its port over restarts and has a mail folder
// of its own, so that a message that two processes send is found twice.
class Fleet {
 public:
  // Blocks until all processes serve.
  explicit Fleet(std::size_t size, const ServiceProcess::Settings& settings = {});

  std::size_t size() const { return services_.size(); }
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path mail_folder(std::size_t index) const;
  // Returns a client of one process, which stays valid over restarts of the process.
  Client Connect(std::size_t index) const { return Client(targets_[index]); }
  ServiceProcess& operator[](std::size_t index) { return *services_[index]; }
  // Kills the process with kill -9 and starts it again. Blocks until it serves.
  void Crash(std::size_t index);

 private:
  void Start(std::size_t index);

  const Folder folder_;
  const ServiceProcess::Settings settings_;
  std::vector<std::string> targets_;
  std::vector<std::optional<ServiceProcess>> services_;
};

}  // namespace keelson::e2e
