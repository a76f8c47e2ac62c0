#include "core/common/backoff.h"

#include <algorithm>
#include <span>

namespace keelson {

absl::Duration FullJitter(Entropy& entropy, absl::Duration base, absl::Duration cap, std::int64_t attempt) {
  // Limits the shift, which must not overflow. Any cap is reached before 2^40 times the base.
  const std::int64_t doublings = std::clamp<std::int64_t>(attempt - 1, 0, 40);
  const absl::Duration ceiling = std::min(cap, base * (std::int64_t{1} << doublings));
  std::uint32_t random = 0;
  entropy.Fill(std::as_writable_bytes(std::span(&random, 1)));
  // Truncates to microseconds, the resolution of stored times.
  return absl::Trunc(ceiling * (static_cast<double>(random) / 4294967296.0), absl::Microseconds(1));
}

}  // namespace keelson
