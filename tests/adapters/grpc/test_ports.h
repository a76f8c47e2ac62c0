#pragma once

#include <cstring>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/entropy.h"
#include "core/common/log.h"

namespace keelson {

class FixedEntropy final : public Entropy {
 public:
  void Fill(std::span<std::byte> bytes) override { std::memset(bytes.data(), 0x5A, bytes.size()); }
};

// Keeps what is written, for tests to look at.
class MemoryLog final : public Log {
 public:
  struct Line {
    Severity severity;
    std::string event_name;
    std::string message;
    std::map<std::string, std::string> fields;
  };

  explicit MemoryLog(Severity least = Severity::kDebug) : least_(least) {}

  using Log::Write;
  bool Enabled(Severity severity) const override { return severity >= least_; }
  void Write(Severity severity, std::string_view event_name, std::string_view message,
             Fields fields) override {
    Line line{severity, std::string(event_name), std::string(message), {}};
    for (const auto& [name, value] : fields) line.fields.emplace(name, value);
    absl::MutexLock lock(&mutex_);
    lines_.push_back(std::move(line));
  }

  std::vector<Line> lines() const {
    absl::MutexLock lock(&mutex_);
    return lines_;
  }

 private:
  const Severity least_;
  mutable absl::Mutex mutex_;
  std::vector<Line> lines_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
