#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace keelson {

// UNAVAILABLE: "the file PATH can't be WHAT: CAUSE"; the cause is the text of errno.
absl::Status FileError(const std::string& path, const char* what);

// A temporary file with mode 0600. The destructor deletes the file, unless it was renamed, and SQLite's -wal,
// -shm and -journal files beside it.
class TemporaryFile {
 public:
  // Creates a file with a unique name that begins with `target`. UNAVAILABLE if the file can't be created.
  static absl::StatusOr<std::unique_ptr<TemporaryFile>> Create(const std::string& target);
  // Creates `path`. First deletes an existing file of that name, which a killed process has left.
  static absl::StatusOr<std::unique_ptr<TemporaryFile>> CreateOver(const std::string& path);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  void Delete() const;

  const std::string path_;
};

}  // namespace keelson
