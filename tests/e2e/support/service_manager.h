#pragma once

#include <filesystem>
#include <string>

namespace keelson::e2e {

// The service manager's side of sd_notify(3): a datagram socket in a directory.
class ServiceManager {
 public:
  explicit ServiceManager(const std::filesystem::path& folder);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // "NOTIFY_SOCKET=…", the variable for the service's environment.
  std::string variable() const { return "NOTIFY_SOCKET=" + path_; }
  // The next state that the service sends; empty on a timeout.
  std::string Next() const;

 private:
  const std::string path_;
  int descriptor_;
};

}  // namespace keelson::e2e
