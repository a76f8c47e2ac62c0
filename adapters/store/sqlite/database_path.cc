#include "adapters/store/sqlite/database_path.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "adapters/store/sqlite/errors.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

// Maximum number of symbolic links in a path: the kernel's limit (path_resolution(7)).
constexpr int kMaxLinks = 40;

fs::path FollowLinks(fs::path path, std::error_code& error) {
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, error)); ++links) {
    if (links == kMaxLinks) {
      error = std::make_error_code(std::errc::too_many_symbolic_link_levels);
      break;
    }
    const fs::path target = fs::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / target;
  }
  return path;
}

// Returns INVALID_ARGUMENT if the path can't be resolved; the message starts with a verb.
absl::StatusOr<DatabasePath> Resolve(const std::string& given) {
  std::error_code error;
  const fs::path file = FollowLinks(given, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    return absl::InvalidArgumentError(absl::StrCat("can't be reached: ", error.message()));
  }
  if (!file.has_filename() || file.filename() == "." || file.filename() == "..") {
    return absl::InvalidArgumentError("must name a file, not a directory");
  }
  const fs::path directory = file.has_parent_path() ? file.parent_path() : ".";
  const fs::path resolved = fs::canonical(directory, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat(
        "lies in a directory that can't be reached: ", directory.string(), ": ", error.message()));
  }
  return DatabasePath{given, resolved / file.filename()};
}

}  // namespace

std::string DatabasePath::Directory() const {
  return fs::path(resolved).parent_path();
}

absl::StatusOr<DatabasePath> ResolveDatabasePath(const std::string& given) {
  absl::StatusOr<DatabasePath> path = Resolve(given);
  if (path.ok()) return path;
  return DatabaseUnavailable(given, std::string(path.status().message()));
}

absl::Status CheckDatabasePath(const std::string& given) {
  ASSIGN_OR_RETURN(const DatabasePath path, Resolve(given));
  std::error_code ignored;
  const fs::file_status found = fs::status(path.resolved, ignored);
  if (!fs::exists(found) || fs::is_regular_file(found)) return absl::OkStatus();
  return absl::InvalidArgumentError("is not a regular file");
}

}  // namespace keelson
