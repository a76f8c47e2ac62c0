#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace keelson::servers {

// A new folder that belongs to the user of the servers, with a path short enough for sockets. When this
// object is destroyed or this process ends, even by kill -9, the registered server is ended and the folder is
// deleted.
class ServerFolder {
 public:
  // kUnprivileged: the current user, or another one if the current user is root. kThis: the current user,
  // even root.
  enum class User { kUnprivileged, kThis };

  explicit ServerFolder(User user = User::kUnprivileged);
  ~ServerFolder();
  ServerFolder(const ServerFolder&) = delete;
  ServerFolder& operator=(const ServerFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ / name; }
  uid_t user() const { return user_; }
  gid_t group() const { return group_; }

  // Registers the server process that must end with this process, and the signal for its clean exit.
  void EndWithUs(pid_t server, int signal) const;
  void ServerHasEnded() const;

 private:
  void SendLine(const std::string& line) const;

  std::filesystem::path path_;
  uid_t user_;
  gid_t group_;
  int watcher_input_;
  pid_t watcher_;
};

std::string ReadText(const std::filesystem::path& file);
void WriteText(const std::filesystem::path& file, const std::string& text);

}  // namespace keelson::servers
