#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/accounts/user.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/store/store.h"

namespace keelson {

struct UpdateUserCommand {
  std::string request_id;
  std::string id;
  std::string etag;
  std::string display_name;
  // BCP 47; empty means "en".
  std::string locale;
  Labels labels;
  // Names the fields to update: at least one of display_name, locale and labels.
  std::vector<std::string> update_mask;
};

// Updates the profile of an ACTIVE or SUSPENDED user. `labels` replaces all labels. If no value changes, the
// user keeps its version, and no event is recorded. The event holds the names of the changed fields, without
// values, so that the event contains no personal data.
class UpdateUser {
 public:
  UpdateUser(Store& store, Clock& clock) : store_(store), clock_(clock) {}
  // Errors: FIELD_INVALID, USER_NOT_FOUND, USER_STATE, ETAG_MISMATCH, REQUEST_ID_REUSED.
  absl::StatusOr<User> Handle(const CallContext& context, const UpdateUserCommand& command);

 private:
  Store& store_;
  Clock& clock_;
};

}  // namespace keelson
