#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "core/accounts/user.h"
#include "core/common/error.h"
#include "core/common/found.h"
#include "core/common/status_macros.h"

namespace keelson {

// Returns the user that a repository found by its id. USER_NOT_FOUND if no user has the id, USER_STATE if the
// user is not active.
inline absl::StatusOr<User> RequireActiveUser(Found<User> found) {
  ASSIGN_OR_RETURN(std::optional<User> user, std::move(found));
  if (!user) return MakeError(Reason::kUserNotFound, "no user has this id");
  RETURN_IF_ERROR(user->RequireActive());
  return *std::move(user);
}

}  // namespace keelson
