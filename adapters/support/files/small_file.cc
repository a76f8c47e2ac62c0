#include "adapters/support/files/small_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "absl/status/status.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

absl::Status Unreadable(int error) {
  return absl::InvalidArgumentError(StrCat("can't be read: ", std::generic_category().message(error)));
}

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t max_bytes) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (file == nullptr) return Unreadable(errno);
  std::string content(max_bytes + 1, '\0');
  content.resize(std::fread(content.data(), 1, content.size(), file.get()));
  if (std::ferror(file.get()) != 0) return Unreadable(errno);
  if (content.size() > max_bytes) {
    return absl::InvalidArgumentError(StrCat("is larger than ", max_bytes, " bytes"));
  }
  return content;
}

}  // namespace keelson
