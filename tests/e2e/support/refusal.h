// How `keelson serve` ends that does not come to serving.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {

// Runs what ServiceProcess runs, to its end.
CommandResult Serve(const Folder& folder, const ServiceProcess::Settings& settings = {},
                    const ChildProcess::Options& options = {});
std::vector<std::string> Lines(const std::string& text);
// One line, "keelson: …", that says where and what.
void CheckRefusal(const CommandResult& result, int exit_code, const std::string& where,
                  const std::string& what);

}  // namespace keelson::e2e
