#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace keelson {

// Returns the golden file `name` of tests/app/golden: the expected output, edited together with an intended
// change.
inline std::string Golden(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::string(GOLDEN_FOLDER "/") + name).rdbuf();
  return text.str();
}

}  // namespace keelson
