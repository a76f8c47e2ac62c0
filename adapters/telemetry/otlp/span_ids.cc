#include "adapters/telemetry/otlp/span_ids.h"

#include <cmath>
#include <cstddef>
#include <span>

#include "absl/strings/str_cat.h"

namespace keelson {
namespace {

// OpenTelemetry samples by the last 56 bits of the trace id, so that all services of a trace decide alike.
constexpr int kRandomBits = 56;
constexpr std::uint64_t kRandomMask = (std::uint64_t{1} << kRandomBits) - 1;

std::string Hex(std::uint64_t value) {
  return absl::StrCat(absl::Hex(value, absl::kZeroPad16));
}

}  // namespace

SpanIds::SpanIds(Entropy& entropy, double sampled_ratio) : sampled_ratio_(sampled_ratio) {
  entropy.Fill(std::as_writable_bytes(std::span(&seed_, 1)));
}

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators): a bijection of the count.
std::uint64_t SpanIds::Next() {
  while (true) {
    std::uint64_t z = seed_ + 0x9E3779B97F4A7C15 * count_.fetch_add(1, std::memory_order_relaxed);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    if (z != 0) return z;
  }
}

std::string SpanIds::NewTrace() {
  const std::uint64_t low = Next();
  const double position = std::ldexp(static_cast<double>(low & kRandomMask), -kRandomBits);
  return absl::StrCat("00-", Hex(Next()), Hex(low), "-", Hex(Next()),
                      position >= 1 - sampled_ratio_ ? "-01" : "-00");
}

std::string SpanIds::NewChild(std::string_view parent) {
  const std::string prefix(parent.substr(0, parent.size() - SpanIdOf(parent).size() - 3));
  return absl::StrCat(prefix, Hex(Next()), IsSampled(parent) ? "-01" : "-00");
}

std::string_view TraceIdOf(std::string_view traceparent) {
  return traceparent.substr(3, 32);
}

std::string_view SpanIdOf(std::string_view traceparent) {
  return traceparent.substr(36, 16);
}

bool IsSampled(std::string_view traceparent) {
  return traceparent.ends_with("1");
}

}  // namespace keelson
