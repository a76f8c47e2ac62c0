#include "adapters/email/file/atomic_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/common/strings.h"

namespace keelson {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  const int fd_;
};

int WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int SyncDirectory(const std::string& directory) {
  const Descriptor descriptor(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return descriptor.get() >= 0 && fsync(descriptor.get()) == 0 ? 0 : errno;
}

}  // namespace

int WriteFileAtomically(const std::string& directory, std::string_view name, std::string_view content) {
  std::string temporary = StrCat(directory, "/.", name, ".XXXXXX");
  const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (file.get() < 0) return errno;
  const std::string path = StrCat(directory, "/", name);
  int error = WriteAll(file.get(), content);
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    unlink(temporary.c_str());
    return error;
  }
  // Sync the file after the rename, so that a journalling file system commits content and name together.
  if (fsync(file.get()) == 0) return SyncDirectory(directory);
  error = errno;
  unlink(path.c_str());
  return error;
}

}  // namespace keelson
