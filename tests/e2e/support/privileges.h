// Helpers for tests that depend on the privileges of the user that runs them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tests/e2e/support/child_process.h"

namespace keelson::e2e {

// A user that file modes apply to: the current user, or "nobody" if that is root; `folder` and its content
// then change owner to nobody. Nothing if nobody cannot access the directory.
std::optional<ChildProcess::Options> Unprivileged(const std::filesystem::path& folder);

// Mounts a temporary file system of `size`, such as "4m", for the lifetime of this object.
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& path, const std::string& size);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // False if this process may not mount.
  bool mounted() const { return mounted_; }

 private:
  const std::filesystem::path path_;
  bool mounted_;
};

}  // namespace keelson::e2e
