// Runs `keelson import users FILE` and `keelson import orders FILE`.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/support/child_process.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {

// Exit codes.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

inline constexpr std::size_t kMiB = std::size_t{1} << 20;

// Writes the file `<kind>.jsonl` and returns its path.
std::filesystem::path WriteImport(const Folder& folder, const std::string& kind, const std::string& lines);
// `kind`: users or orders.
std::vector<std::string> ImportArguments(const std::string& kind, const std::string& address,
                                         const std::string& file);
// Runs the command until it exits.
CommandResult Import(const std::string& kind, const Folder& folder, const ServiceProcess& service,
                     const std::string& file);
ChildProcess StartImport(const std::string& kind, const Folder& folder, const ServiceProcess& service,
                         const std::string& file);
// Waits until the process has ended. Returns its peak memory in bytes. Fails the test on a timeout.
std::size_t AwaitPeakMemory(ChildProcess& command);

// Checks that a repeated import of `count` records succeeded, and that it imported some of them and found the
// others already present.
void CheckResumed(const CommandResult& repeated, int count);

}  // namespace keelson::e2e
