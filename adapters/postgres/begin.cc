#include "adapters/postgres/begin.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

namespace keelson {

void QueueBegin(PgConnection& connection, const char* begin, Deadline deadline) {
  connection.Queue(begin, PgParameters().view());
  if (deadline.is_never()) return;
  // 0 would be no limit.
  const std::int64_t left = std::clamp<std::int64_t>(absl::ToInt64Milliseconds(deadline.remaining()), 1,
                                                     std::numeric_limits<std::int32_t>::max());
  connection.Queue("SELECT set_config('statement_timeout', $1, true)",
                   PgParameters(std::to_string(left)).view());
}

}  // namespace keelson
