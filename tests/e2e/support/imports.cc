#include "tests/e2e/support/imports.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"

namespace keelson::e2e {

std::filesystem::path WriteImport(const Folder& folder, const std::string& kind, const std::string& lines) {
  std::filesystem::path path = folder / (kind + ".jsonl");
  WriteFile(path, lines);
  return path;
}

std::vector<std::string> ImportArguments(const std::string& kind, const std::string& address,
                                         const std::string& file) {
  return {"import", kind, file, "--address", address};
}

CommandResult Import(const std::string& kind, const Folder& folder, const ServiceProcess& service,
                     const std::string& file) {
  return RunKeelson(ImportArguments(kind, service.target(), file), folder.path());
}

ChildProcess StartImport(const std::string& kind, const Folder& folder, const ServiceProcess& service,
                         const std::string& file) {
  std::vector<std::string> arguments = ImportArguments(kind, service.target(), file);
  arguments.insert(arguments.begin(), KEELSON_BINARY);
  return ChildProcess(arguments, folder.path(), {});
}

std::size_t AwaitPeakMemory(ChildProcess& command) {
  std::size_t peak = 0;
  REQUIRE(Await(
      [&] {
        if (!command.running()) return true;
        peak = std::max(peak, command.Memory("VmHWM:"));
        return false;
      },
      std::chrono::minutes(2)));
  return peak;
}

void CheckResumed(const CommandResult& repeated, int count) {
  CHECK(repeated.exit_code == kOk);
  int imported = 0;
  int present = 0;
  REQUIRE(std::sscanf(repeated.output.c_str(), "%d imported, %d already present, 0 failed", &imported,
                      &present) == 2);
  CHECK(imported + present == count);
  CHECK(present > 0);
  CHECK(imported > 0);
}

}  // namespace keelson::e2e
