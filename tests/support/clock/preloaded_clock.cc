// An LD_PRELOAD library with a real-time clock that a test sets at run time. The file TEST_CLOCK_FILE holds
// the offset from the true time: an int64 in nanoseconds.
//
// The library interposes functions that read CLOCK_REALTIME, and futex(2) calls with a timeout on that clock,
// as used by Abseil. When the clock is set back, such a call waits longer, as in the kernel. The monotonic
// clock and relative timeouts do not change.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// Interval at which a wait polls the clock, in nanoseconds.
constexpr std::int64_t kSlice = 20'000'000;

template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int ReadKernelClock(clockid_t clock, timespec* time) {
  static auto* const next = Next<int(clockid_t, timespec*)>("clock_gettime");
  return next(clock, time);
}

const volatile std::int64_t* MapOffset() {
  static const std::int64_t none = 0;
  const char* path = std::getenv("TEST_CLOCK_FILE");
  const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return &none;
  void* mapped = mmap(nullptr, sizeof none, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  return mapped == MAP_FAILED ? &none : static_cast<const std::int64_t*>(mapped);
}

std::int64_t Offset() {
  static const volatile std::int64_t* const offset = MapOffset();
  return *offset;
}

std::int64_t Nanoseconds(const timespec& time) {
  return time.tv_sec * kSecond + time.tv_nsec;
}

timespec Timespec(std::int64_t nanoseconds) {
  return {nanoseconds / kSecond, nanoseconds % kSecond};
}

std::int64_t Now(clockid_t clock) {
  timespec time{};
  ReadKernelClock(clock, &time);
  return Nanoseconds(time) + (clock == CLOCK_REALTIME ? Offset() : 0);
}

using Syscall = long(long, ...);

// A futex wait that times out when the test's clock reaches `until`. Waits in short steps of the monotonic
// clock, because a test may set its clock meanwhile. Returns early like futex(2), for example when woken.
long WaitForRealTime(Syscall* next, long address, long operation, long value, std::int64_t until, long mask) {
  while (true) {
    const std::int64_t left = until - Now(CLOCK_REALTIME);
    if (left <= 0) {
      errno = ETIMEDOUT;
      return -1;
    }
    const timespec slice = Timespec(Now(CLOCK_MONOTONIC) + std::min(left, kSlice));
    const long result =
        next(SYS_futex, address, operation & ~FUTEX_CLOCK_REALTIME, value, &slice, nullptr, mask);
    if (result == 0 || errno != ETIMEDOUT) return result;
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const int result = ReadKernelClock(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    *time = Timespec(Nanoseconds(*time) + Offset());
  }
  return result;
}

int gettimeofday(timeval* time, void*) noexcept {
  const timespec now = Timespec(Now(CLOCK_REALTIME));
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* result) noexcept {
  const time_t now = Now(CLOCK_REALTIME) / kSecond;
  if (result != nullptr) *result = now;
  return now;
}

long syscall(long number, ...) noexcept {
  static auto* const next = Next<Syscall>("syscall");
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  const bool waits = number == SYS_futex && (a[1] & FUTEX_CLOCK_REALTIME) != 0 && a[3] != 0;
  if (!waits) return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  return WaitForRealTime(next, a[0], a[1], a[2], Nanoseconds(*reinterpret_cast<const timespec*>(a[3])), a[5]);
}

}  // extern "C"
