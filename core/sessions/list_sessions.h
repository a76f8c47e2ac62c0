#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/page.h"
#include "core/sessions/session.h"
#include "core/sessions/session_policy.h"
#include "core/store/store.h"

namespace keelson {

struct ListSessionsQuery {
  std::int32_t page_size = 0;
  std::string page_token;
  std::string user_id;
};

struct SessionPage {
  std::vector<Session> sessions;
  // Empty on the last page.
  std::string next_page_token;
};

// Lists the active sessions of a user, newest first. A page may hold fewer sessions than the page size,
// because expired sessions are left out.
class ListSessions {
 public:
  ListSessions(Store& store, Clock& clock, const PageTokens& page_tokens, const SessionPolicy& policy)
      : store_(store), clock_(clock), page_tokens_(page_tokens), policy_(policy) {}
  // Errors: FIELD_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<SessionPage> Handle(const CallContext& context, const ListSessionsQuery& query);

 private:
  Store& store_;
  Clock& clock_;
  const PageTokens& page_tokens_;
  const SessionPolicy policy_;
};

}  // namespace keelson
