// Helpers for `keelson serve` runs that fail at startup.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {

// Runs `keelson serve` with the arguments of ServiceProcess until it exits.
CommandResult Serve(const Folder& folder, const ServiceProcess::Settings& settings = {},
                    const ChildProcess::Options& options = {});
std::vector<std::string> Lines(const std::string& text);
// Checks the exit code, and that standard error is one line, "keelson: …", which contains `where` and `what`.
void CheckRefusal(const CommandResult& result, int exit_code, const std::string& where,
                  const std::string& what);

}  // namespace keelson::e2e
