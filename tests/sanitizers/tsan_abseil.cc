// Annotates Abseil's locks for ThreadSanitizer. Debian's Abseil is not instrumented, so that without
// annotations every access under such a lock is reported as a race. These definitions override the library's
// functions and call the originals.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <type_traits>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

enum Order : unsigned { kReleases = 1, kAcquires = 2 };

// Any thread that holds the lock may evaluate the condition of a waiter; these reads are not races.
struct InsideLibrary {
  InsideLibrary() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~InsideLibrary() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

// Calls the library's function with this mangled name.
template <typename Result, typename... Arguments>
Result CallLibrary(const char* name, Arguments... arguments) {
  const InsideLibrary inside;
  return reinterpret_cast<Result (*)(Arguments...)>(dlsym(RTLD_NEXT, name))(arguments...);
}

template <unsigned kOrder, typename Result = void, typename... Arguments>
Result Ordered(const void* lock, const char* name, Arguments... arguments) {
  void* const address = const_cast<void*>(lock);
  if constexpr ((kOrder & kReleases) != 0) __tsan_release(address);
  if constexpr ((kOrder & kAcquires) == 0) {
    return CallLibrary<Result>(name, arguments...);
  } else if constexpr (std::is_void_v<Result>) {
    CallLibrary<void>(name, arguments...);
    __tsan_acquire(address);
  } else {
    const Result result = CallLibrary<Result>(name, arguments...);
    __tsan_acquire(address);
    return result;
  }
}

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  Ordered<kAcquires>(this, "_ZN4absl7debian35Mutex4LockEv", this);
}
void Mutex::Unlock() {
  Ordered<kReleases>(this, "_ZN4absl7debian35Mutex6UnlockEv", this);
}
bool Mutex::TryLock() {
  return Ordered<kAcquires, bool>(this, "_ZN4absl7debian35Mutex7TryLockEv", this);
}
void Mutex::ReaderLock() {
  Ordered<kAcquires>(this, "_ZN4absl7debian35Mutex10ReaderLockEv", this);
}
void Mutex::ReaderUnlock() {
  Ordered<kReleases>(this, "_ZN4absl7debian35Mutex12ReaderUnlockEv", this);
}
bool Mutex::ReaderTryLock() {
  return Ordered<kAcquires, bool>(this, "_ZN4absl7debian35Mutex13ReaderTryLockEv", this);
}
void Mutex::LockWhen(const Condition& condition) {
  Ordered<kAcquires>(this, "_ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE", this, &condition);
}
bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  return Ordered<kAcquires, bool>(
      this, "_ZN4absl7debian35Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE", this, &condition,
      timeout);
}
bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  return Ordered<kAcquires, bool>(this,
                                  "_ZN4absl7debian35Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE",
                                  this, &condition, deadline);
}
void Mutex::Await(const Condition& condition) {
  Ordered<kReleases | kAcquires>(this, "_ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE", this, &condition);
}
bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  return Ordered<kReleases | kAcquires, bool>(
      this, "_ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE", this, &condition,
      timeout);
}
bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  return Ordered<kReleases | kAcquires, bool>(
      this, "_ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE", this, &condition,
      deadline);
}

void CondVar::Wait(Mutex* mutex) {
  Ordered<kReleases | kAcquires>(mutex, "_ZN4absl7debian37CondVar4WaitEPNS0_5MutexE", this, mutex);
}
bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  return Ordered<kReleases | kAcquires, bool>(
      mutex, "_ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE", this, mutex, timeout);
}
bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  return Ordered<kReleases | kAcquires, bool>(
      mutex, "_ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE", this, mutex, deadline);
}

void Notification::Notify() {
  Ordered<kReleases>(this, "_ZN4absl7debian312Notification6NotifyEv", this);
}
void Notification::WaitForNotification() const {
  Ordered<kAcquires>(this, "_ZNK4absl7debian312Notification19WaitForNotificationEv", this);
}

ABSL_NAMESPACE_END
}  // namespace absl

// Debian's Abseil is not built with the sanitizer. The sanitizer sees the memory of Abseil's deadlock
// detection, but not the spin lock that guards this memory.
extern "C" const char* __tsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __tsan_default_suppressions() {
  return "race:synchronization_internal::GraphCycles\n";
}
