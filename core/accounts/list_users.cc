#include "core/accounts/list_users.h"

#include "core/accounts/user_repository.h"
#include "core/common/email_address.h"
#include "core/common/error.h"
#include "core/store/list_query.h"

namespace keelson {
namespace {

std::string CheckEmailPrefix(std::string_view text, FieldErrors& errors) {
  if (text.size() > EmailAddress::kMaxOctets) {
    errors.Add("email_prefix", StrCat("must be at most ", EmailAddress::kMaxOctets, " octets long"));
    return "";
  }
  const std::optional<std::string> prefix = EmailAddress::KeyPrefix(text);
  if (!prefix) errors.Add("email_prefix", "must be valid UTF-8");
  return prefix.value_or("");
}

}  // namespace

absl::StatusOr<UserPage> ListUsers::Handle(const CallContext& context, const ListUsersQuery& query) {
  FieldErrors errors;
  UserFilter filter;
  const int page_size = CheckPageSize(query.page_size, errors);
  filter.states = query.states;
  if (filter.states.empty()) filter.states = {UserState::kActive, UserState::kSuspended};
  filter.email_prefix = CheckEmailPrefix(query.email_prefix, errors);
  filter.created_from = WholeMicros(query.created_from);
  filter.created_before = WholeMicros(query.created_before);
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter list;
  list(std::string("users")), list(filter.states), list(filter.email_prefix);
  list(filter.created_from), list(filter.created_before);
  return ReadPage(store_, context, page_tokens_, list.Take(), query.page_token, page_size, &UserPage::users,
                  [&](ReadTransaction& tx, std::optional<ListPosition> before, int limit) {
                    return tx.users().List(filter, before, limit);
                  });
}

}  // namespace keelson
