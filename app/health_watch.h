#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/common/log.h"
#include "core/notifications/provider_status.h"
#include "core/store/store.h"

namespace keelson {

// Makes the server's health follow the store's, and that of each e-mail provider, "email.NAME", its circuit:
// NOT_SERVING while it is open. No provider is a part of the server's own health: others take its messages.
// For one thread at a time, but for NoteHang.
class HealthWatch {
 public:
  static constexpr absl::Duration kInterval = absl::Seconds(1);
  // A store that needs longer than this to say that it is well is not.
  static constexpr absl::Duration kCheckTimeout = absl::Seconds(5);
  // A check that has not ended after this time hangs, its timeout notwithstanding.
  static constexpr absl::Duration kLongestRun = absl::Seconds(10);

  // Sets what health says of a part of the process, or of the whole server where `part` is empty.
  using SetServing = std::function<void(const std::string& part, bool serving)>;

  // `address` is where the server is reached.
  HealthWatch(Store& store, const ProviderStatuses& providers, SetServing set_serving, std::string address,
              Log& log)
      : store_(store),
        providers_(providers),
        set_serving_(std::move(set_serving)),
        address_(std::move(address)),
        log_(log) {}

  // Looks once. Logs each change, and tells the service manager of the first time that it serves. Never
  // fails.
  absl::StatusOr<bool> operator()();
  // The check of the store hangs: health turns NOT_SERVING until a check succeeds. From any thread.
  void NoteHang();

  // Whether the service manager was told that the service is ready. Thread-safe.
  bool ready() const { return ready_; }

 private:
  void Serve() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Refuse(const absl::Status& cause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellProviders();

  Store& store_;
  const ProviderStatuses& providers_;
  const SetServing set_serving_;
  const std::string address_;
  Log& log_;
  absl::Mutex mutex_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;
  bool refusing_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> ready_ = false;
};

}  // namespace keelson
