#include "tests/support/postgres/server_folder.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace keelson::servers {
namespace {

// Not TMPDIR, which may be long: a socket's path has room for 107 characters.
constexpr char kPattern[] = "/tmp/keelson-server-XXXXXX";

// Reads "SIGNAL PID" for each server that starts and an empty line for each that has ended. The end of its
// input is the end of us. $0 is the folder.
constexpr char kWatch[] = R"(
last=
while read -r signal server; do last_signal=$signal last=$server; done
if [ -n "$last" ] && kill "-$last_signal" "$last"; then
  for look in $(seq 100); do
    kill -0 "$last" || break
    sleep 0.05
  done
  kill -KILL "$last"
fi
rm -rf "$0"
)";

std::string MakeFolder() {
  std::string path = kPattern;
  if (mkdtemp(path.data()) == nullptr) throw std::system_error(errno, std::generic_category(), path);
  return path;
}

// PostgreSQL and PgBouncer refuse to run as root. Debian's package brings a user for them.
passwd UnprivilegedUser() {
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = getpwnam(name)) return *user;
  }
  throw std::runtime_error("there is neither a user postgres nor a user nobody to run servers as");
}

// Between fork and exec: calls that are safe there, and no other. A session of its own, so that what ends us
// from a terminal leaves it to its work.
[[noreturn]] void BecomeWatcher(const char* folder, int input) {
  setsid();
  const int nothing = open("/dev/null", O_WRONLY);
  dup2(input, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(nothing, STDERR_FILENO);
  execl("/bin/sh", "sh", "-c", kWatch, folder, nullptr);
  _exit(127);
}

}  // namespace

ServerFolder::ServerFolder(User user) : path_(MakeFolder()), user_(geteuid()), group_(getegid()) {
  if (user_ == 0 && user == User::kUnprivileged) {
    const passwd other = UnprivilegedUser();
    user_ = other.pw_uid;
    group_ = other.pw_gid;
  }
  int ends[2];
  if (chown(path_.c_str(), user_, group_) != 0 || pipe2(ends, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), path_);
  }
  watcher_ = fork();
  if (watcher_ == 0) BecomeWatcher(path_.c_str(), ends[0]);
  close(ends[0]);
  watcher_input_ = ends[1];
  if (watcher_ < 0) throw std::runtime_error("no process to watch over a server's folder");
}

ServerFolder::~ServerFolder() {
  close(watcher_input_);
  waitpid(watcher_, nullptr, 0);
}

void ServerFolder::EndWithUs(pid_t server, int signal) const {
  SendLine(absl::StrCat(signal, " ", server, "\n"));
}

void ServerFolder::ServerHasEnded() const {
  SendLine("\n");
}

void ServerFolder::SendLine(const std::string& line) const {
  if (write(watcher_input_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw std::runtime_error("nobody watches over " + path_.string());
  }
}

std::string ReadText(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return std::move(text).str();
}

void WriteText(const std::filesystem::path& file, const std::string& text) {
  if (!(std::ofstream(file) << text << std::flush))
    throw std::runtime_error(file.string() + " can't be written");
}

}  // namespace keelson::servers
