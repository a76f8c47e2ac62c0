#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace keelson {

// Shell scripts that complete the commands and options of `program`, files, and METHOD of `keelson call`:
// `methods` are the full names.
std::string BashCompletion(const CLI::App& program, const std::vector<std::string>& methods);
std::string ZshCompletion(const CLI::App& program, const std::vector<std::string>& methods);

}  // namespace keelson
