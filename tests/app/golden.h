#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace keelson {

// Returns the content of the golden file `name` in tests/app/golden, which is the expected output of a
// command. Edit the file by hand when the output changes intentionally.
inline std::string Golden(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::string(GOLDEN_FOLDER "/") + name).rdbuf();
  return text.str();
}

}  // namespace keelson
