#pragma once

#include <string>
#include <string_view>

#include "core/common/deadline.h"

namespace keelson {

// The name of every caller without authentication. Two such callers can't be told apart.
inline constexpr std::string_view kAnonymous = "anonymous";
// The name of background jobs.
inline constexpr std::string_view kSystem = "system";

// The caller, trace and deadline of one call.
struct CallContext {
  // The authenticated caller's name, kAnonymous or kSystem.
  std::string actor{kAnonymous};
  std::string correlation_id;
  // The W3C traceparent header of the call, or empty.
  std::string traceparent;
  Deadline deadline;
  // Whether the caller has the role approver, and may therefore override refund rules.
  bool is_approver = false;
};

}  // namespace keelson
