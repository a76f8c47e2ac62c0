#pragma once

#include <filesystem>
#include <string>

namespace keelson::e2e {

// The side of sd_notify(3) that a service manager has: a datagram socket in a folder.
class ServiceManager {
 public:
  explicit ServiceManager(const std::filesystem::path& folder);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // "NOTIFY_SOCKET=…", for the service's environment.
  std::string variable() const { return "NOTIFY_SOCKET=" + path_; }
  // The next state that the service tells; empty where none comes in time.
  std::string Next() const;

 private:
  const std::string path_;
  int descriptor_;
};

}  // namespace keelson::e2e
