#include "adapters/store/sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/errors.h"
#include "adapters/store/sqlite/posix_file.h"

namespace keelson {
namespace {

std::optional<LogRecord> ReadRecord(int descriptor) {
  std::array<char, kLogRecordSize> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  return size < 0 ? std::nullopt : ParseLogRecord({text.data(), static_cast<std::size_t>(size)});
}

}  // namespace

absl::StatusOr<std::unique_ptr<LockFile>> LockFile::Acquire(const std::string& lock_path,
                                                            const DatabasePath& database) {
  const int descriptor = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return DatabaseUnavailable(database.given,
                               absl::StrCat("can't be locked: ", lock_path, ": ", ErrnoText(errno)));
  }
  auto lock = std::unique_ptr<LockFile>(new LockFile(descriptor, database.given));
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) return DatabaseInUse(database.given);
  return DatabaseUnavailable(database.given,
                             absl::StrCat("can't be locked: ", lock_path, ": ", ErrnoText(errno)));
}

LockFile::~LockFile() {
  close(descriptor_);
}

std::optional<LogRecord> LockFile::Read() const {
  return ReadRecord(descriptor_);
}

std::optional<LogRecord> LockFile::Read(const std::string& lock_path) {
  const Descriptor file(open(lock_path.c_str(), O_RDONLY | O_CLOEXEC));
  return file.number() < 0 ? std::nullopt : ReadRecord(file.number());
}

absl::Status LockFile::Write(const LogRecord& record) const {
  const std::string text = FormatLogRecord(record);
  const ssize_t written = pwrite(descriptor_, text.data(), text.size(), 0);
  int error = written < 0 ? errno : 0;
  if (error == 0 && written != static_cast<ssize_t>(text.size())) error = ENOSPC;
  if (error == 0 && fdatasync(descriptor_) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  return DatabaseUnavailable(
      database_, absl::StrCat("can't be opened: its lock file can't be written: ", ErrnoText(error)));
}

}  // namespace keelson
