#include "adapters/store/sqlite/temporary_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/posix_file.h"

namespace keelson {

absl::Status FileError(const std::string& path, const char* what) {
  return absl::UnavailableError(absl::StrCat("the file ", path, " can't be ", what, ": ", ErrnoText(errno)));
}

absl::StatusOr<std::unique_ptr<TemporaryFile>> TemporaryFile::Create(const std::string& target) {
  std::string path = target + ".XXXXXX";
  const Descriptor file(mkostemp(path.data(), O_CLOEXEC));
  if (file.number() < 0) return FileError(target, "written");
  return std::unique_ptr<TemporaryFile>(new TemporaryFile(std::move(path)));
}

absl::StatusOr<std::unique_ptr<TemporaryFile>> TemporaryFile::CreateOver(const std::string& path) {
  auto temporary = std::unique_ptr<TemporaryFile>(new TemporaryFile(path));
  temporary->Delete();
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.number() < 0) return FileError(path, "written");
  return temporary;
}

TemporaryFile::~TemporaryFile() {
  Delete();
}

void TemporaryFile::Delete() const {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) unlink((path_ + suffix).c_str());
}

}  // namespace keelson
