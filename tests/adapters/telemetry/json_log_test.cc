#include "adapters/telemetry/log/json_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// A log that writes to a temporary file, which the test reads.
class LogFile {
 public:
  explicit LogFile(LogOptions options = {}) : file_(std::tmpfile()) {
    options.output = file_;
    log_ = std::make_unique<JsonLog>(options);
  }
  ~LogFile() {
    log_.reset();
    std::fclose(file_);
  }

  JsonLog& log() { return *log_; }

  // Returns the lines that are in the file so far, without flushing the log.
  std::vector<std::string> Lines() {
    std::string text(static_cast<std::size_t>(Size()), '\0');
    CHECK(pread(fileno(file_), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    std::vector<std::string> lines;
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
      lines.push_back(text.substr(0, end));
    }
    CHECK(text.empty());
    return lines;
  }
  std::vector<std::string> FlushedLines() {
    log_->Flush();
    return Lines();
  }

 private:
  long Size() {
    struct stat status {};
    fstat(fileno(file_), &status);
    return status.st_size;
  }

  std::FILE* file_;
  std::unique_ptr<JsonLog> log_;
};

nlohmann::json OnlyEntry(LogFile& file) {
  const std::vector<std::string> lines = file.FlushedLines();
  REQUIRE(lines.size() == 1);
  return nlohmann::json::parse(lines[0]);
}

}  // namespace

TEST_CASE("an entry is one JSON object with time, severity, message and fields") {
  LogFile file;
  file.log().Write(Severity::kWarning, "message.dead", "a message died",
                   {{"message_id", "message_1"}, {"attempts", "12"}, {"duration_ms", "12.75"}});
  const nlohmann::json entry = OnlyEntry(file);
  CHECK(entry["severity"] == "WARNING");
  CHECK(entry["message"] == "a message died");
  CHECK(entry["event_name"] == "message.dead");
  CHECK(entry["message_id"] == "message_1");
  CHECK(entry["attempts"] == "12");
  CHECK(entry["duration_ms"] == 12.75);
  absl::Time time;
  std::string error;
  REQUIRE(absl::ParseTime(absl::RFC3339_full, entry["time"].get<std::string>(), &time, &error));
  CHECK(entry["time"].get<std::string>().back() == 'Z');
  CHECK(absl::AbsDuration(absl::Now() - time) < absl::Minutes(1));
}

TEST_CASE("time, severity, message and event name precede the fields") {
  LogFile file;
  file.log().Write(Severity::kInfo, "service.started", "ready", {{"a", "1"}});
  const std::string line = file.FlushedLines().at(0);
  CHECK(line.starts_with("{\"time\":\""));
  CHECK(line.ends_with(
      ",\"severity\":\"INFO\",\"message\":\"ready\",\"event_name\":\"service.started\",\"a\":\"1\"}"));
}

TEST_CASE("an entry is one line of valid JSON for any value") {
  const std::string value = GENERATE(as<std::string>{}, "", "\"quoted\" \\ back", "two\nlines\r\n\tand tabs",
                                     std::string("nul\0inside", 10), "\x1b[31mred", "\x7f", "Grüße 😀 \u2028",
                                     "bad \xff\xfe utf-8 \xc3", "{\"json\": true}");
  LogFile file;
  file.log().Write(Severity::kInfo, "test", value, {{"field", value}});
  const nlohmann::json entry = OnlyEntry(file);
  CHECK(entry["message"] == entry["field"]);
  if (value.find('\xff') == std::string::npos) CHECK(entry["field"] == value);
}

TEST_CASE("invalid UTF-8 becomes U+FFFD") {
  LogFile file;
  file.log().Write(Severity::kInfo, "test", "a\xff\xffz");
  CHECK(OnlyEntry(file)["message"] == "a\uFFFD\uFFFDz");
}

TEST_CASE("a duration_ms that is not a number is written as a string") {
  const std::string value =
      GENERATE(as<std::string>{}, "", "fast", "1 2", " 1", "NaN", "1e999", "true", "[1]");
  LogFile file;
  file.log().Write(Severity::kInfo, "test", "m", {{"duration_ms", value}});
  CHECK(OnlyEntry(file)["duration_ms"] == value);
}

TEST_CASE("entries below the level are not written") {
  LogFile file({.level = Severity::kWarning});
  CHECK_FALSE(file.log().Enabled(Severity::kInfo));
  CHECK(file.log().Enabled(Severity::kWarning));
  file.log().Write(Severity::kDebug, "a", "a");
  file.log().Write(Severity::kInfo, "b", "b");
  file.log().Write(Severity::kError, "c", "c");
  CHECK(OnlyEntry(file)["event_name"] == "c");
}

TEST_CASE("in text format, a value cannot forge another line or field") {
  LogFile file({.format = LogFormat::kText});
  file.log().Write(Severity::kError, "store.lost", "it\nbroke",
                   {{"path", "a b"}, {"code", "IO"}, {"none", ""}});
  const std::vector<std::string> lines = file.FlushedLines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].ends_with("Z ERROR it\\nbroke event_name=store.lost path=\"a b\" code=IO none=\"\""));
}

TEST_CASE("Write flushes a warning and all earlier lines before it returns") {
  LogFile file;
  for (int i = 0; i < 10; ++i) file.log().Write(Severity::kInfo, "test", "quiet");
  file.log().Write(Severity::kWarning, "test", "loud");
  CHECK(file.Lines().size() == 11);
}

TEST_CASE("an entry is written after a short delay without a flush") {
  LogFile file;
  for (int i = 0; i < 5; ++i) file.log().Write(Severity::kInfo, "test", "quiet");
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (file.Lines().size() < 5 && absl::Now() < give_up) absl::SleepFor(absl::Milliseconds(1));
  CHECK(file.Lines().size() == 5);
}

TEST_CASE("Write does not wait for a slow reader while the buffer has space") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  // The pipe is full, so that a write blocks until the test reads.
  REQUIRE(fcntl(ends[1], F_SETPIPE_SZ, 4096) == 4096);
  const std::string filling(4096, '\n');
  REQUIRE(write(ends[1], filling.data(), filling.size()) == 4096);
  std::FILE* output = fdopen(ends[1], "w");
  std::atomic<bool> logged = false;
  bool logged_before_reading = false;
  std::thread reader([&] {
    const absl::Time give_up = absl::Now() + absl::Seconds(10);
    while (!logged && absl::Now() < give_up) absl::SleepFor(absl::Milliseconds(1));
    logged_before_reading = logged.load();
    std::string read_back(65536, '\0');
    while (read(ends[0], read_back.data(), read_back.size()) > 0) {
    }
  });
  {
    LogOptions options;
    options.output = output;
    JsonLog log(options);
    for (int i = 0; i < 100; ++i) log.Write(Severity::kInfo, "test", "quiet");
    logged = true;
  }
  std::fclose(output);
  reader.join();
  CHECK(logged_before_reading);
  close(ends[0]);
}

TEST_CASE("entries of concurrent threads are complete and not interleaved") {
  constexpr int kThreads = 8;
  constexpr int kEntries = 5000;
  LogFile file;
  std::vector<std::thread> writers;
  for (int t = 0; t < kThreads; ++t) {
    writers.emplace_back([&file, writer = StrCat(t)] {
      for (int i = 0; i < kEntries; ++i) {
        file.log().Write(Severity::kInfo, "test", "busy", {{"writer", writer}, {"number", StrCat(i)}});
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::vector<int> next(kThreads, 0);
  for (const std::string& line : file.FlushedLines()) {
    const nlohmann::json entry = nlohmann::json::parse(line);
    const auto writer = static_cast<std::size_t>(std::stoi(entry["writer"].get<std::string>()));
    REQUIRE(entry["number"] == StrCat(next[writer]++));
  }
  CHECK(next == std::vector<int>(kThreads, kEntries));
}

}  // namespace keelson
