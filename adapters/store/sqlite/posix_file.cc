#include "adapters/store/sqlite/posix_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace keelson {
namespace {

int Sync(const std::string& path, int flags) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  return file.number() >= 0 && fsync(file.number()) == 0 ? 0 : errno;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

std::string ErrnoText(int error) {
  return std::generic_category().message(error);
}

bool IsWritable(const std::string& path) {
  return faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

int SyncFile(const std::string& path) {
  return Sync(path, 0);
}

int SyncDirectory(const std::string& path) {
  return Sync(path, O_DIRECTORY);
}

}  // namespace keelson
