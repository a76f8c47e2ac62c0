#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace keelson {

// The seed of a random test: the environment variable KEELSON_SEED if set, otherwise `usual`. While the
// object exists, a failed assertion reports the seed.
class Seed {
 public:
  explicit Seed(std::uint32_t usual)
      : value_(Choose(usual)),
        report_(Catch::MessageBuilder("INFO", CATCH_INTERNAL_LINEINFO, Catch::ResultWas::Info)
                << "KEELSON_SEED=" << value_) {}

  std::uint32_t value() const { return value_; }

 private:
  static std::uint32_t Choose(std::uint32_t usual) {
    const char* given = std::getenv("KEELSON_SEED");
    return given == nullptr ? usual : static_cast<std::uint32_t>(std::stoul(given));
  }

  const std::uint32_t value_;
  const Catch::ScopedMessage report_;
};

}  // namespace keelson
