#include "tests/e2e/support/refusal.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace keelson::e2e {

CommandResult Serve(const Folder& folder, const ServiceProcess::Settings& settings,
                    const ChildProcess::Options& options) {
  return RunKeelson(ServeArguments(folder.path(), settings), folder.path(), options);
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void CheckRefusal(const CommandResult& result, int exit_code, const std::string& where,
                  const std::string& what) {
  CHECK(result.exit_code == exit_code);
  CHECK(result.output.empty());
  CHECK(Lines(result.errors).size() == 1);
  CHECK_THAT(result.errors,
             Catch::StartsWith("keelson: ") && Catch::Contains(where) && Catch::Contains(what));
}

}  // namespace keelson::e2e
