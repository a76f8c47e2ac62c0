#include "adapters/store/sqlite/sqlite_backup.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/database_copy.h"
#include "adapters/store/sqlite/posix_file.h"
#include "adapters/store/sqlite/temporary_file.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

absl::Status Exists(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat("the file ", path, " already exists: choose another name"));
}

absl::Status Rename(const std::string& from, const std::string& to) {
  int result = renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  // Some file systems don't support RENAME_NOREPLACE; the caller has checked that the file does not exist.
  if (result != 0 && errno == EINVAL) result = rename(from.c_str(), to.c_str());
  if (result != 0) return errno == EEXIST ? Exists(to) : FileError(to, "written");
  const std::string directory = std::filesystem::path(to).parent_path();
  return SyncDirectory(directory.empty() ? "." : directory) == 0 ? absl::OkStatus() : FileError(to, "synced");
}

}  // namespace

absl::Status BackUpSqlite(const std::string& path, const std::string& copy, Clock& clock,
                          const std::function<void(std::int64_t, std::int64_t)>& progress) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(copy, ignored))) return Exists(copy);
  ASSIGN_OR_RETURN(const std::unique_ptr<TemporaryFile> temporary, TemporaryFile::Create(copy));
  RETURN_IF_ERROR(
      CopyDatabase({.source = path, .copy = temporary->path(), .copy_name = copy}, clock, progress));
  return Rename(temporary->path(), copy);
}

}  // namespace keelson
