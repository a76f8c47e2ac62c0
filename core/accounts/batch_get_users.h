#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/store/store.h"

namespace keelson {

inline constexpr std::size_t kMaxBatch = 1000;

// `users` and `missing_ids` are in the order of the requested ids. An id that is requested twice occurs
// twice.
struct UserBatch {
  std::vector<User> users;
  std::vector<std::string> missing_ids;
};

class BatchGetUsers {
 public:
  explicit BatchGetUsers(Store& store) : store_(store) {}
  // Errors: FIELD_INVALID if an id is invalid, or if the number of ids is not from 1 to kMaxBatch.
  absl::StatusOr<UserBatch> Handle(const CallContext& context, const std::vector<std::string>& ids);

 private:
  Store& store_;
};

}  // namespace keelson
