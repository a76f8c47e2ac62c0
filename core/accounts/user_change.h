#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/error.h"
#include "core/events/event.h"
#include "core/store/store.h"

namespace keelson {

struct UserChange {
  std::string_view method;
  std::string_view request_id;
  // The path of the id in the request, for the violation of an invalid id.
  std::string_view id_field;
  // The user's id as sent by the caller, not validated.
  std::string_view id;
  std::string_view etag;
  // The other fields of the command, serialized.
  std::string content;
  // Type of the recorded event, such as "user.suspended".
  std::string_view event_type;
};

// Executes one change of a user idempotently: locks the user, compares the etag, applies `step`, and stores
// the user and its event. `step` changes the user, may add facts to the event's payload, and may write other
// entities in the same transaction. If `step` leaves the user's version unchanged, ChangeUser stores neither
// the user nor an event. Errors: FIELD_INVALID, USER_NOT_FOUND, ETAG_MISMATCH, REQUEST_ID_REUSED, and the
// errors of `step` and the store.
absl::StatusOr<User> ChangeUser(
    Store& store, const CallContext& context, const UserChange& change, FieldErrors errors, absl::Time now,
    absl::FunctionRef<absl::Status(WriteTransaction&, User&, EventPayload&)> step);

}  // namespace keelson
