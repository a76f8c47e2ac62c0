#include "tests/e2e/support/settable_clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>

namespace keelson::e2e {

SettableClock::SettableClock(const Folder& folder) : path_(folder / "clock") {
  WriteFile(path_, std::string(sizeof *offset_, '\0'));
  const int file = open(path_.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(file >= 0);
  void* mapped = mmap(nullptr, sizeof *offset_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  REQUIRE(mapped != MAP_FAILED);
  offset_ = static_cast<std::int64_t*>(mapped);
}

SettableClock::~SettableClock() {
  munmap(offset_, sizeof *offset_);
}

ChildProcess::Options SettableClock::options() const {
  return {.environment = {"LD_PRELOAD=" KEELSON_PRELOADED_CLOCK, "TEST_CLOCK_FILE=" + path_.string()}};
}

void SettableClock::Step(std::chrono::nanoseconds by) {
  std::atomic_ref(*offset_) += by.count();
}

}  // namespace keelson::e2e
