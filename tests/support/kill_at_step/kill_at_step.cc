// An LD_PRELOAD library that kills the process (SIGKILL) before its Nth step; N is the value of
// KEELSON_TEST_KILL_AT. A step is a system call that changes or syncs a file. A process that makes fewer than
// N such calls is not killed.
#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>

namespace {

int KillAt() {
  const char* variable = std::getenv("KEELSON_TEST_KILL_AT");
  return variable == nullptr ? 0 : std::atoi(variable);
}

void Step() {
  static const int kill_at = KillAt();
  static std::atomic<int> steps = 0;
  if (++steps == kill_at) kill(getpid(), SIGKILL);
}

template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int rename(const char* from, const char* to) noexcept {
  Step();
  static auto* const next = Next<int(const char*, const char*)>("rename");
  return next(from, to);
}

int unlink(const char* path) noexcept {
  Step();
  static auto* const next = Next<int(const char*)>("unlink");
  return next(path);
}

int fsync(int file) {
  Step();
  static auto* const next = Next<int(int)>("fsync");
  return next(file);
}

int fdatasync(int file) {
  Step();
  static auto* const next = Next<int(int)>("fdatasync");
  return next(file);
}

int ftruncate64(int file, off64_t size) noexcept {
  Step();
  static auto* const next = Next<int(int, off64_t)>("ftruncate64");
  return next(file, size);
}

ssize_t write(int file, const void* bytes, size_t count) {
  Step();
  static auto* const next = Next<ssize_t(int, const void*, size_t)>("write");
  return next(file, bytes, count);
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t offset) {
  Step();
  static auto* const next = Next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return next(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t offset) {
  Step();
  static auto* const next = Next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return next(file, bytes, count, offset);
}

}  // extern "C"
