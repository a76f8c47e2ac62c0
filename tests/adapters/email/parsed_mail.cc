#include "tests/adapters/email/parsed_mail.h"

#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace keelson {

nlohmann::json ParseMail(const std::string& message) {
  std::string file = (std::filesystem::temp_directory_path() / "keelson-mail-XXXXXX").string();
  const int fd = mkstemp(file.data());
  REQUIRE(fd >= 0);
  close(fd);
  std::ofstream(file, std::ios::binary) << message;
  std::FILE* parser = popen(("python3 " PARSE_MAIL " < " + file).c_str(), "r");
  REQUIRE(parser != nullptr);
  std::string parsed;
  std::array<char, 4096> buffer;
  for (std::size_t size; (size = std::fread(buffer.data(), 1, buffer.size(), parser)) > 0;) {
    parsed.append(buffer.data(), size);
  }
  REQUIRE(pclose(parser) == 0);
  std::filesystem::remove(file);
  return nlohmann::json::parse(parsed);
}

}  // namespace keelson
