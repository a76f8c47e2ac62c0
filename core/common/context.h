#pragma once

#include <string>

#include "core/common/deadline.h"

namespace keelson {

// Who calls, on whose behalf it is traced, and until when the answer is of use.
struct CallContext {
  // The caller's name as authenticated; "anonymous" where nobody is, "system" for the service's own jobs.
  std::string actor = "anonymous";
  std::string correlation_id;
  // W3C trace-context, or empty.
  std::string traceparent;
  Deadline deadline;
};

}  // namespace keelson
