#pragma once

#include <sys/stat.h>

#include <compare>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace keelson {

// Identifies a file independently of its names.
struct FileIdentity {
  static FileIdentity Of(const struct stat& found) { return {found.st_dev, found.st_ino}; }
  auto operator<=>(const FileIdentity&) const = default;

  dev_t device = 0;
  ino_t inode = 0;
};

// The database files that this process guards. In this process, only SQLite may open such a file again:
// closing any other descriptor of the file would drop SQLite's locks (see Descriptor). Thread-safe.
class GuardedFiles {
 public:
  static GuardedFiles& Get();

  bool Has(const FileIdentity& identity);
  void Add(const FileIdentity& identity);
  void Remove(const FileIdentity& identity);

 private:
  absl::Mutex mutex_;
  std::set<FileIdentity> identities_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
