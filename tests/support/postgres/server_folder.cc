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

// The directory is not in TMPDIR, because that path may be long: the path of a socket is limited to 107
// characters.
constexpr char kPattern[] = "/tmp/keelson-server-XXXXXX";

// Script of the watcher process. Reads "SIGNAL PID" when a server starts, and an empty line when the server
// has ended. At the end of its input, the test process has ended: the script ends the server and deletes the
// folder ($0).
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

// PostgreSQL and PgBouncer refuse to run as root. Debian's package creates the user postgres.
passwd UnprivilegedUser() {
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = getpwnam(name)) return *user;
  }
  throw std::runtime_error("no user to run servers as: neither postgres nor nobody exists");
}

// This function runs between fork and exec, so it may call only async-signal-safe functions. The watcher gets
// a session of its own, so that Ctrl+C in the terminal does not end it.
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
  if (watcher_ < 0) throw std::runtime_error("the watcher process of a server folder can't be started");
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
    throw std::runtime_error("the watcher process has ended for the server folder " + path_.string());
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
