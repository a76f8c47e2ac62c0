#pragma once

#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/notifications/message_repository.h"
#include "core/store/store.h"

namespace keelson {

// Returns the message; MESSAGE_NOT_FOUND if the repository found no message.
absl::StatusOr<Message> RequireMessage(Found<Message> found);

// Creates a MESSAGE_STATE error with the message's state and the expected states.
absl::Status MessageStateError(const Message& message, std::string_view expected, std::string_view why);

// Applies `step` to the message, and stores the message with an event of type `event_type`.
absl::Status ApplyStep(WriteTransaction& tx, const CallContext& context, std::string_view event_type,
                       absl::Time now, absl::FunctionRef<absl::Status(Message&)> step, Message& message);

// Finds the message by the id in the request and applies `step` (ApplyStep), in one transaction. `step` may
// run more than once. Errors: FIELD_INVALID, MESSAGE_NOT_FOUND, and the errors of `step` and the store.
absl::StatusOr<Message> ChangeMessage(Store& store, const CallContext& context, std::string_view id,
                                      std::string_view event_type, absl::Time now,
                                      absl::FunctionRef<absl::Status(Message&)> step);

}  // namespace keelson
