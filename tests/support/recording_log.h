#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/log.h"

namespace keelson {

// Records log entries. Thread-safe.
class RecordingLog : public Log {
 public:
  struct Entry {
    Severity severity;
    std::string event_name;
    std::string message;
    std::map<std::string, std::string> fields;
  };

  bool Enabled(Severity) const override { return true; }

  void Write(Severity severity, std::string_view event_name, std::string_view message,
             Fields fields) override {
    Entry entry{severity, std::string(event_name), std::string(message), {}};
    for (const auto& [key, value] : fields) entry.fields.emplace(key, value);
    absl::MutexLock lock(&mutex_);
    entries_.push_back(std::move(entry));
  }

  std::vector<Entry> entries() const {
    absl::MutexLock lock(&mutex_);
    return entries_;
  }

  std::ptrdiff_t Count(std::string_view event_name) const {
    absl::MutexLock lock(&mutex_);
    return std::count_if(entries_.begin(), entries_.end(),
                         [&](const Entry& entry) { return entry.event_name == event_name; });
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
