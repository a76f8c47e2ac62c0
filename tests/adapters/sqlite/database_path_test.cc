#include "adapters/store/sqlite/database_path.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "tests/support/status_checks.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

class Directory {
 public:
  Directory() {
    std::string pattern = fs::temp_directory_path() / "keelson-path-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = fs::canonical(pattern);
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

TEST_CASE("all paths to a file resolve to the same path, also if the file is missing") {
  const Directory directory;
  fs::create_directories(directory / "a/b");
  fs::create_directory_symlink(directory / "a", directory / "link");
  fs::create_symlink("keelson.db", directory / "relative.db");
  fs::create_symlink(directory / "relative.db", directory / "a/absolute.db");
  for (const char* path : {"keelson.db", "./keelson.db", "a/../keelson.db", "a/b/../../keelson.db",
                           "link/../keelson.db", "relative.db", "a/absolute.db", "link/absolute.db"}) {
    CAPTURE(path);
    const DatabasePath resolved = Must(ResolveDatabasePath(directory / path));
    CHECK(resolved.resolved == directory / "keelson.db");
    CHECK(resolved.given == directory / path);
  }
}

TEST_CASE("a path without a directory resolves to the working directory") {
  CHECK(Must(ResolveDatabasePath("keelson.db")).resolved == fs::current_path() / "keelson.db");
  // These names have a special meaning for SQLite.
  CHECK(Must(ResolveDatabasePath(":memory:")).resolved == fs::current_path() / ":memory:");
  CHECK(Must(ResolveDatabasePath("file:a?mode=memory")).resolved ==
        fs::current_path() / "file:a?mode=memory");
}

TEST_CASE("the error for a path that can't be resolved contains the path") {
  const Directory directory;
  fs::create_symlink("loop.db", directory / "loop.db");
  std::ofstream(directory / "file").flush();
  for (const std::string& path : {directory / "missing/keelson.db", directory / "file/keelson.db",
                                  directory / "loop.db", directory / "", directory / "..",
                                  directory / std::string(300, 'x'), std::string("/"), std::string()}) {
    CAPTURE(path);
    const absl::Status status = ResolveDatabasePath(path).status();
    CHECK(HasReason(status, Reason::kStoreUnavailable));
    CHECK(status.message().find(path) != std::string::npos);
  }
}

}  // namespace
}  // namespace keelson
