#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/log.h"

namespace keelson {

// Records the names of logged events. Thread-safe.
class RecordingLog final : public Log {
 public:
  using Log::Write;
  bool Enabled(Severity) const override { return true; }
  void Write(Severity, std::string_view event_name, std::string_view, Fields) override {
    const absl::MutexLock lock(&mutex_);
    events_.emplace_back(event_name);
  }

  std::vector<std::string> events() const {
    const absl::MutexLock lock(&mutex_);
    return events_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::string> events_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
