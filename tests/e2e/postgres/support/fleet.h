#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {

// Services on one database. Each has a port that it keeps over restarts and a mail folder of its own, so that
// a message that two of them send is seen twice.
class Fleet {
 public:
  // Returns when all serve.
  explicit Fleet(std::size_t size, const ServiceProcess::Settings& settings = {});

  std::size_t size() const { return services_.size(); }
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path mail_folder(std::size_t index) const;
  // A connection to one of them, which lasts over its restarts.
  Client Connect(std::size_t index) const { return Client(targets_[index]); }
  ServiceProcess& operator[](std::size_t index) { return *services_[index]; }
  // kill -9, and another start; returns when it serves.
  void Crash(std::size_t index);

 private:
  void Start(std::size_t index);

  const Folder folder_;
  const ServiceProcess::Settings settings_;
  std::vector<std::string> targets_;
  std::vector<std::optional<ServiceProcess>> services_;
};

}  // namespace keelson::e2e
