#include "core/sessions/list_sessions.h"

#include <vector>

#include "core/common/error.h"
#include "core/sessions/session_repository.h"
#include "core/store/list_query.h"

namespace keelson {

absl::StatusOr<SessionPage> ListSessions::Handle(const CallContext& context, const ListSessionsQuery& query) {
  FieldErrors errors;
  const std::optional<UserId> user_id = UserId::Parse(query.user_id);
  if (!user_id) errors.Add("user_id", InvalidId<UserKind>());
  const int page_size = CheckPageSize(query.page_size, errors);
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter list;
  list(std::string("sessions")), list(*user_id);
  ASSIGN_OR_RETURN(SessionPage page,
                   ReadPage(store_, context, page_tokens_, list.Take(), query.page_token, page_size,
                            &SessionPage::sessions,
                            [&](ReadTransaction& tx, std::optional<ListPosition> before, int limit) {
                              return tx.sessions().List(*user_id, before, limit);
                            }));
  const absl::Time now = clock_.Now();
  std::erase_if(page.sessions, [&](const Session& session) { return session.IsExpired(policy_, now); });
  return page;
}

}  // namespace keelson
