#include "adapters/telemetry/log/json_log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "adapters/telemetry/log/batching_sink.h"
#include "adapters/telemetry/log/json_text.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

spdlog::level::level_enum LevelOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return spdlog::level::debug;
    case Severity::kInfo:
      return spdlog::level::info;
    case Severity::kWarning:
      return spdlog::level::warn;
    case Severity::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view NameOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "DEBUG";
    case Severity::kInfo:
      return "INFO";
    case Severity::kWarning:
      return "WARNING";
    case Severity::kError:
      return "ERROR";
  }
  return "ERROR";
}

std::string Now() {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
}

void AppendJsonField(std::string_view name, std::string_view value, std::string& line) {
  line += ',';
  AppendJsonString(name, line);
  line += ':';
  if (name == "duration_ms" && IsJsonNumber(value)) {
    line += value;
  } else {
    AppendJsonString(value, line);
  }
}

std::string JsonLine(Severity severity, std::string_view event_name, std::string_view message,
                     Log::Fields fields) {
  std::string line = StrCat("{\"time\":\"", Now(), "\"");
  line.reserve(512);
  AppendJsonField("severity", NameOf(severity), line);
  AppendJsonField("message", message, line);
  AppendJsonField("event_name", event_name, line);
  for (const auto& [name, value] : fields) AppendJsonField(name, value, line);
  line += '}';
  return line;
}

// Puts a value into quotation marks if it contains a space or could be mistaken for another line or field.
void AppendTextField(std::string_view name, std::string_view value, std::string& line) {
  line += StrCat(" ", name, "=");
  const bool plain = !value.empty() && value.find_first_of(" =") == std::string_view::npos;
  std::string quoted;
  AppendJsonString(value, quoted);
  line += plain && quoted.size() == value.size() + 2 ? value : std::string_view(quoted);
}

std::string TextLine(Severity severity, std::string_view event_name, std::string_view message,
                     Log::Fields fields) {
  std::string words;
  AppendJsonString(message, words);
  std::string line = StrCat(Now(), " ", NameOf(severity), " ");
  line.append(words, 1, words.size() - 2);
  AppendTextField("event_name", event_name, line);
  for (const auto& [name, value] : fields) AppendTextField(name, value, line);
  return line;
}

}  // namespace

JsonLog::JsonLog(const LogOptions& options)
    : format_(options.format),
      logger_(std::make_unique<spdlog::logger>("keelson", std::make_shared<BatchingSink>(options.output))) {
  logger_->set_level(LevelOf(options.level));
  logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  logger_->flush_on(spdlog::level::warn);
}

JsonLog::~JsonLog() = default;

bool JsonLog::Enabled(Severity severity) const {
  return logger_->should_log(LevelOf(severity));
}

void JsonLog::Write(Severity severity, std::string_view event_name, std::string_view message, Fields fields) {
  if (!Enabled(severity)) return;
  const std::string line = format_ == LogFormat::kJson ? JsonLine(severity, event_name, message, fields)
                                                       : TextLine(severity, event_name, message, fields);
  logger_->log(LevelOf(severity), spdlog::string_view_t(line.data(), line.size()));
}

void JsonLog::SetLevel(Severity level) {
  logger_->set_level(LevelOf(level));
}

void JsonLog::Flush() {
  logger_->flush();
}

}  // namespace keelson
