#pragma once

#include <cstdio>
#include <memory>

#include "core/common/log.h"

namespace spdlog {
class logger;
}

namespace keelson {

enum class LogFormat { kJson, kText };

struct LogOptions {
  Severity level = Severity::kInfo;
  LogFormat format = LogFormat::kJson;
  // Stays open as long as the log.
  std::FILE* output = stderr;
};

// One line an entry. As JSON an object: time (RFC 3339, UTC), severity, message, event_name, then the fields,
// which are strings but for duration_ms, a number. As text the same for a person's eye. A line is written
// whole, and at once where lines are rare; under load, and below a warning, lines share a write and may be 20
// ms late. What is not UTF-8 is written as U+FFFD.
class JsonLog final : public Log {
 public:
  explicit JsonLog(const LogOptions& options);
  ~JsonLog() override;

  using Log::Write;
  bool Enabled(Severity severity) const override;
  void Write(Severity severity, std::string_view event_name, std::string_view message,
             Fields fields) override;

  // Entries below it are dropped from now on. Thread-safe.
  void SetLevel(Severity level);
  // Returns when all that was written before is out.
  void Flush();

 private:
  const LogFormat format_;
  const std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace keelson
