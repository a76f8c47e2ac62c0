#pragma once

#include <cstdint>
#include <span>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/common/entropy.h"

namespace keelson {

// Reproducible pseudo-random bytes (SplitMix64). Thread-safe.
class FakeEntropy : public Entropy {
 public:
  explicit FakeEntropy(std::uint64_t seed = 1) : state_(seed) {}

  void Fill(std::span<std::byte> bytes) override {
    absl::MutexLock lock(&mutex_);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(Next() >> 56);
  }

  // Returns a number from 0 to `bound` - 1.
  std::uint64_t Below(std::uint64_t bound) {
    absl::MutexLock lock(&mutex_);
    return Next() % bound;
  }

 private:
  std::uint64_t Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  absl::Mutex mutex_;
  std::uint64_t state_ ABSL_GUARDED_BY(mutex_);
};

// Fills every byte with the same value, for the minimum and maximum of random values.
class ConstantEntropy : public Entropy {
 public:
  explicit ConstantEntropy(std::uint8_t value) : value_(std::byte{value}) {}

  void Fill(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = value_;
  }

 private:
  const std::byte value_;
};

}  // namespace keelson
