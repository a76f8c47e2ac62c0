#pragma once

#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

namespace keelson {

// Writes lines to a stream, at once where the last write is a while ago; otherwise lines gather and share one
// write, kMaxDelay later at most. A full buffer is written by whoever filled it, so that a slow reader slows
// the writers instead of growing the process.
class BatchingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  static constexpr std::chrono::milliseconds kMaxDelay{20};
  static constexpr std::size_t kBufferBytes = 64 * 1024;

  // `output` outlives the sink.
  explicit BatchingSink(std::FILE* output);
  ~BatchingSink() override;

 private:
  using Clock = std::chrono::steady_clock;

  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override;
  void FlushInTime();

  // All of it is guarded by base_sink's mutex_.
  std::FILE* const output_;
  spdlog::memory_buf_t buffer_;
  Clock::time_point last_write_{};
  bool stopping_ = false;
  std::condition_variable gathered_;
  std::thread flusher_;
};

}  // namespace keelson
