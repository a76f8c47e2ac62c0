#include "core/sessions/count_sessions.h"

#include "core/common/status_macros.h"
#include "core/sessions/session_repository.h"

namespace keelson {

absl::Status CountSessions::Handle() {
  const absl::Time now = clock_.Now();
  const bool idle_limit = policy_.idle_ttl > absl::ZeroDuration();
  const absl::Time used_after = idle_limit ? now - policy_.idle_ttl : absl::InfinitePast();
  std::int64_t active = 0;
  RETURN_IF_ERROR(store_.Read(Deadline::After(kStoreTimeout), [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(active, tx.sessions().Count(now, used_after));
    return absl::OkStatus();
  }));
  active_ = active;
  return absl::OkStatus();
}

}  // namespace keelson
