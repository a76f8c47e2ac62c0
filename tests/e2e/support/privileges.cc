#include "tests/e2e/support/privileges.h"

#include <sys/mount.h>
#include <unistd.h>

namespace keelson::e2e {
namespace {

constexpr uid_t kNobody = 65534;

bool EverybodyGetsTo(const std::filesystem::path& folder) {
  for (std::filesystem::path path = folder; path != path.parent_path(); path = path.parent_path()) {
    const auto mode = std::filesystem::status(path).permissions();
    if ((mode & std::filesystem::perms::others_exec) == std::filesystem::perms::none) return false;
  }
  return true;
}

}  // namespace

std::optional<ChildProcess::Options> Unprivileged(const std::filesystem::path& folder) {
  if (geteuid() != 0) return ChildProcess::Options{};
  if (!EverybodyGetsTo(folder.parent_path()) || !EverybodyGetsTo(KEELSON_BINARY)) return std::nullopt;
  bool given = chown(folder.c_str(), kNobody, kNobody) == 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    given = given && chown(entry.path().c_str(), kNobody, kNobody) == 0;
  }
  if (!given) return std::nullopt;
  return ChildProcess::Options{.user = kNobody};
}

SmallDisk::SmallDisk(const std::filesystem::path& path, const std::string& size) : path_(path) {
  std::filesystem::create_directories(path);
  mounted_ = mount("tmpfs", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

SmallDisk::~SmallDisk() {
  if (mounted_) umount2(path_.c_str(), MNT_DETACH);
}

}  // namespace keelson::e2e
