#pragma once

#include <filesystem>
#include <string>

namespace keelson::e2e {

// Receives the states that a service sends to its service manager (sd_notify(3)), on a datagram socket in
// `folder`.
class ServiceManager {
 public:
  explicit ServiceManager(const std::filesystem::path& folder);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // Returns "NOTIFY_SOCKET=…", a variable for the service's environment.
  std::string variable() const { return "NOTIFY_SOCKET=" + path_; }
  // Waits for the next state that the service sends, such as "READY=1"; returns an empty string on a timeout.
  std::string Next() const;

 private:
  const std::string path_;
  int descriptor_;
};

}  // namespace keelson::e2e
