#pragma once

#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <thread>

namespace keelson {

// Writes log lines to a stream on its own thread, so that logging does not wait for a disk. A line is written
// immediately if no other line was written during the last kMaxDelay; otherwise the line is batched, and
// written at most kMaxDelay later. Logging blocks while the buffer is full, so that a slow reader of the
// stream limits the rate instead of growing the process's memory. Thread-safe.
class BatchingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  static constexpr std::chrono::milliseconds kMaxDelay{20};
  static constexpr std::size_t kBufferBytes = 64 * 1024;

  // `output` must outlive the sink.
  explicit BatchingSink(std::FILE* output);
  // Writes the buffered lines.
  ~BatchingSink() override;

 private:
  using Clock = std::chrono::steady_clock;

  void sink_it_(const spdlog::details::log_msg& message) override;
  // Blocks until all lines logged before the call are written.
  void flush_() override;
  template <typename Condition>
  void WaitUntilWritten(Condition condition);
  bool IsUrgent() const;
  void Write();

  // All members except output_ and writer_ are guarded by base_sink's mutex_.
  std::FILE* const output_;
  spdlog::memory_buf_t buffer_;
  // Line counters: lines logged, lines written, and the line up to which a flush waits.
  std::uint64_t logged_ = 0;
  std::uint64_t written_count_ = 0;
  std::uint64_t flush_to_ = 0;
  bool stopping_ = false;
  std::condition_variable gathered_;
  std::condition_variable written_;
  std::thread writer_;
};

}  // namespace keelson
