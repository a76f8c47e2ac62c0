#include "adapters/telemetry/batching_sink.h"

namespace keelson {

BatchingSink::BatchingSink(std::FILE* output) : output_(output), flusher_([this] { FlushInTime(); }) {}

BatchingSink::~BatchingSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  gathered_.notify_one();
  flusher_.join();
}

void BatchingSink::sink_it_(const spdlog::details::log_msg& message) {
  const bool gathers = buffer_.size() > 0;
  formatter_->format(message, buffer_);
  if (buffer_.size() >= kBufferBytes || Clock::now() - last_write_ >= kMaxDelay) {
    flush_();
  } else if (!gathers) {
    gathered_.notify_one();
  }
}

void BatchingSink::flush_() {
  if (buffer_.size() > 0) {
    std::fwrite(buffer_.data(), 1, buffer_.size(), output_);
    buffer_.clear();
    last_write_ = Clock::now();
  }
  std::fflush(output_);
}

void BatchingSink::FlushInTime() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    gathered_.wait(lock, [this] { return stopping_ || buffer_.size() > 0; });
    gathered_.wait_until(lock, last_write_ + kMaxDelay, [this] { return stopping_; });
    flush_();
  }
}

}  // namespace keelson
