#pragma once

#include <string>

#include "core/common/deadline.h"

namespace keelson {

// The caller, trace and deadline of one call.
struct CallContext {
  // The authenticated caller's name; "anonymous" without authentication, "system" for background jobs.
  std::string actor = "anonymous";
  std::string correlation_id;
  // The W3C traceparent header of the call, or empty.
  std::string traceparent;
  Deadline deadline;
  // Whether the caller has the role approver, and may therefore override refund rules.
  bool is_approver = false;
};

}  // namespace keelson
