#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace keelson {

// Return shell scripts that complete the commands and options of `program`, file names, and the METHOD of
// `keelson call`. `methods` contains the full names of all methods.
std::string BashCompletion(const CLI::App& program, const std::vector<std::string>& methods);
std::string ZshCompletion(const CLI::App& program, const std::vector<std::string>& methods);

}  // namespace keelson
