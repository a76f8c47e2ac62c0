#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace keelson {

// A histogram of durations with exponentially growing buckets. The error of a percentile is at most 1.6 %;
// the histogram needs 18 KiB of memory.
class Histogram {
 public:
  void Add(absl::Duration duration) {
    ++buckets_[Bucket(static_cast<std::uint64_t>(absl::ToInt64Nanoseconds(duration)))];
    ++count_;
  }
  std::uint64_t count() const { return count_; }

  // Returns the given percentile of the durations; zero if there are none.
  absl::Duration Percentile(double percent) const {
    const double wanted = static_cast<double>(count_) * percent / 100;
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
      seen += buckets_[bucket];
      if (seen > 0 && static_cast<double>(seen) >= wanted) return absl::Nanoseconds(LowerBound(bucket));
    }
    return absl::ZeroDuration();
  }

 private:
  // 64 buckets per power of two; below 64 ns, one bucket per nanosecond.
  static constexpr int kBits = 6;
  static constexpr std::uint64_t kParts = 1U << kBits;
  static constexpr int kPowers = 40 - kBits;  // durations up to 2^40 ns (18 minutes)

  static std::size_t Bucket(std::uint64_t value) {
    if (value < kParts) return value;
    const int power = static_cast<int>(std::bit_width(value)) - kBits - 1;
    if (power >= kPowers) return kParts * (kPowers + 1) - 1;
    return kParts * static_cast<std::size_t>(power) + (value >> power);
  }
  static std::int64_t LowerBound(std::size_t bucket) {
    if (bucket < kParts) return static_cast<std::int64_t>(bucket);
    const std::size_t power = bucket / kParts - 1;
    return static_cast<std::int64_t>((bucket % kParts + kParts) << power);
  }

  std::array<std::uint64_t, kParts*(kPowers + 1)> buckets_{};
  std::uint64_t count_ = 0;
};

}  // namespace keelson
