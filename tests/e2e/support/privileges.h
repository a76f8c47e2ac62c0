// What a test may do depends on who runs it, root or not.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tests/e2e/support/child_process.h"

namespace keelson::e2e {

// A user that files' modes hold for: this one, or "nobody" where this one is root; then `folder` and all in
// it becomes nobody's. Nothing where nobody can't get there.
std::optional<ChildProcess::Options> Unprivileged(const std::filesystem::path& folder);

// A file system of its own, `size` such as "4m", as long as this object lives.
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& path, const std::string& size);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // False where this process may not mount.
  bool mounted() const { return mounted_; }

 private:
  const std::filesystem::path path_;
  bool mounted_;
};

}  // namespace keelson::e2e
