#include "adapters/telemetry/log/batching_sink.h"

#include <utility>

namespace keelson {

BatchingSink::BatchingSink(std::FILE* output) : output_(output), writer_([this] { Write(); }) {}

BatchingSink::~BatchingSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  gathered_.notify_one();
  writer_.join();
}

// The caller must hold mutex_, which base_sink locks before it calls sink_it_ and flush_.
template <typename Condition>
void BatchingSink::WaitUntilWritten(Condition condition) {
  std::unique_lock lock(mutex_, std::adopt_lock);
  written_.wait(lock, condition);
  lock.release();
}

void BatchingSink::sink_it_(const spdlog::details::log_msg& message) {
  if (buffer_.size() >= kBufferBytes) WaitUntilWritten([this] { return buffer_.size() < kBufferBytes; });
  const bool gathers = buffer_.size() > 0;
  formatter_->format(message, buffer_);
  ++logged_;
  if (!gathers || buffer_.size() >= kBufferBytes) gathered_.notify_one();
}

void BatchingSink::flush_() {
  flush_to_ = logged_;
  gathered_.notify_one();
  WaitUntilWritten([this, end = logged_] { return written_count_ >= end; });
}

bool BatchingSink::IsUrgent() const {
  return stopping_ || flush_to_ > written_count_ || buffer_.size() >= kBufferBytes;
}

void BatchingSink::Write() {
  spdlog::memory_buf_t batch;
  Clock::time_point last_write{};
  std::unique_lock lock(mutex_);
  while (true) {
    gathered_.wait(lock, [this] { return stopping_ || buffer_.size() > 0; });
    if (buffer_.size() == 0) return;
    gathered_.wait_until(lock, last_write + kMaxDelay, [this] { return IsUrgent(); });
    std::swap(batch, buffer_);
    const std::uint64_t end = logged_;
    written_.notify_all();
    lock.unlock();
    std::fwrite(batch.data(), 1, batch.size(), output_);
    std::fflush(output_);
    batch.clear();
    last_write = Clock::now();
    lock.lock();
    written_count_ = end;
    written_.notify_all();
  }
}

}  // namespace keelson
