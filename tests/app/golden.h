#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace keelson {

// The text that tests/app/golden keeps under `name`: a stable surface, changed there on purpose or not at
// all.
inline std::string Golden(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::string(GOLDEN_FOLDER "/") + name).rdbuf();
  return text.str();
}

}  // namespace keelson
