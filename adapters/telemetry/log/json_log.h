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
  // Must stay open as long as the log exists.
  std::FILE* output = stderr;
};

// Writes one line per entry. In JSON, a line is an object with time (RFC 3339, UTC), severity, message,
// event_name and the fields; all values are strings except duration_ms, a number. In text format, a line has
// the same content for human readers. Lines are never split. Lines below a warning may be written up to 20 ms
// late under load. Invalid UTF-8 is written as U+FFFD. Thread-safe.
class JsonLog final : public Log {
 public:
  explicit JsonLog(const LogOptions& options);
  ~JsonLog() override;

  using Log::Write;
  bool Enabled(Severity severity) const override;
  void Write(Severity severity, std::string_view event_name, std::string_view message,
             Fields fields) override;

  // Sets the minimum severity; later entries below `level` are dropped. Thread-safe.
  void SetLevel(Severity level);
  // Blocks until all earlier entries are written to the stream.
  void Flush();

 private:
  const LogFormat format_;
  const std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace keelson
