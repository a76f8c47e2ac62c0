#include "adapters/sqlite/file_guard.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "adapters/sqlite/errors.h"

namespace keelson {
namespace {

std::string ErrorText(int error) {
  return std::generic_category().message(error);
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Acquire(const std::string& database_path) {
  const std::string lock_path = database_path + ".lock";
  const int descriptor = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return DatabaseUnavailable(database_path,
                               absl::StrCat("can't be locked: ", lock_path, ": ", ErrorText(errno)));
  }
  auto lock = std::unique_ptr<FileLock>(new FileLock(descriptor));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return DatabaseUnavailable(database_path, errno == EWOULDBLOCK
                                                  ? "is in use by another process"
                                                  : absl::StrCat("can't be locked: ", ErrorText(errno)));
  }
  return lock;
}

FileLock::~FileLock() {
  close(descriptor_);
}

absl::StatusOr<FileIdentity> FileIdentity::Of(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    return DatabaseUnavailable(path, absl::StrCat("can't be reached: ", ErrorText(errno)));
  }
  return FileIdentity(path, found.st_dev, found.st_ino);
}

absl::Status FileIdentity::Check() const {
  const absl::StatusOr<FileIdentity> now = Of(path_);
  if (!now.ok()) return now.status();
  if (now->device_ != device_ || now->inode_ != inode_) {
    return DatabaseUnavailable(path_, "was replaced by another file while it was open");
  }
  return absl::OkStatus();
}

}  // namespace keelson
