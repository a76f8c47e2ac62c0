#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace keelson::servers {

// A fresh folder, with a path that is short enough for sockets, of the user that servers run as. It goes with
// this object or with this process, however that ends, and with it the server that was named last.
class ServerFolder {
 public:
  // kUnprivileged: this user, or another where this one is root. kThis: also where it is root.
  enum class User { kUnprivileged, kThis };

  explicit ServerFolder(User user = User::kUnprivileged);
  ~ServerFolder();
  ServerFolder(const ServerFolder&) = delete;
  ServerFolder& operator=(const ServerFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ / name; }
  uid_t user() const { return user_; }
  gid_t group() const { return group_; }

  // The process that must not outlive this one, and the signal that ends it cleanly.
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
