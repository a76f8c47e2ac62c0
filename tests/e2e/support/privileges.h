// Helpers for tests that depend on the privileges of the user that runs them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tests/e2e/support/child_process.h"

namespace keelson::e2e {

// Returns options that run a process as a user to whom file modes apply. This is the current user, unless the
// tests run as root: then it is the user "nobody", who also becomes the owner of `folder` and its content.
// Returns nullopt if that user can't access `folder` and the service's executable.
std::optional<ChildProcess::Options> Unprivileged(const std::filesystem::path& folder);

// Mounts a temporary file system of `size`, such as "4m", for the lifetime of this object.
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& path, const std::string& size);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // False if this process is not permitted to mount file systems.
  bool mounted() const { return mounted_; }

 private:
  const std::filesystem::path path_;
  bool mounted_;
};

}  // namespace keelson::e2e
