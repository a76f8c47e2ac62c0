#pragma once

#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <thread>

namespace keelson {

// Writes lines to a stream on a thread of its own, so that nobody who logs waits for a disk: at once where
// the last write is a while ago; otherwise lines gather and share one write, kMaxDelay later at most. While a
// full buffer waits for its write, whoever logs waits too: a slow reader slows the writers instead of growing
// the process.
class BatchingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  static constexpr std::chrono::milliseconds kMaxDelay{20};
  static constexpr std::size_t kBufferBytes = 64 * 1024;

  // `output` outlives the sink.
  explicit BatchingSink(std::FILE* output);
  // Writes what has gathered.
  ~BatchingSink() override;

 private:
  using Clock = std::chrono::steady_clock;

  void sink_it_(const spdlog::details::log_msg& message) override;
  // Returns once all that was logged before is written.
  void flush_() override;
  template <typename Condition>
  void AwaitWritten(Condition condition);
  bool IsUrgent() const;
  void Write();

  // All but the first and the last are guarded by base_sink's mutex_.
  std::FILE* const output_;
  spdlog::memory_buf_t buffer_;
  // Entries so far: logged, written, and those that somebody waits for.
  std::uint64_t logged_ = 0;
  std::uint64_t written_count_ = 0;
  std::uint64_t flush_to_ = 0;
  bool stopping_ = false;
  std::condition_variable gathered_;
  std::condition_variable written_;
  std::thread writer_;
};

}  // namespace keelson
