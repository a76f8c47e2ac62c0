#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/store/store.h"

namespace keelson {

class GetUser {
 public:
  explicit GetUser(Store& store) : store_(store) {}
  // Errors: FIELD_INVALID, USER_NOT_FOUND.
  absl::StatusOr<User> Handle(const CallContext& context, std::string_view id);

 private:
  Store& store_;
};

class GetUserByEmail {
 public:
  explicit GetUserByEmail(Store& store) : store_(store) {}
  // Errors: FIELD_INVALID, USER_NOT_FOUND.
  absl::StatusOr<User> Handle(const CallContext& context, std::string_view email);

 private:
  Store& store_;
};

}  // namespace keelson
