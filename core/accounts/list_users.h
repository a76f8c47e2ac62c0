#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/page.h"
#include "core/store/store.h"

namespace keelson {

struct ListUsersQuery {
  std::int32_t page_size = 0;
  std::string page_token;
  // Empty: ACTIVE and SUSPENDED.
  std::vector<UserState> states;
  std::string email_prefix;
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
};

struct UserPage {
  std::vector<User> users;
  // Empty on the last page.
  std::string next_page_token;
};

// Lists users, newest first.
class ListUsers {
 public:
  ListUsers(Store& store, const PageTokens& page_tokens) : store_(store), page_tokens_(page_tokens) {}
  // Errors: FIELD_INVALID, PAGE_TOKEN_INVALID.
  absl::StatusOr<UserPage> Handle(const CallContext& context, const ListUsersQuery& query);

 private:
  Store& store_;
  const PageTokens& page_tokens_;
};

}  // namespace keelson
