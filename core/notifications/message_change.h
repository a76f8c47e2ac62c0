#pragma once

#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/notifications/message_repository.h"
#include "core/store/store.h"

namespace keelson {

// MESSAGE_NOT_FOUND where there is none.
absl::StatusOr<Message> FindMessage(MessageReader& messages, MessageId id);

// MESSAGE_STATE, with the state it is in and the one it would have to be in.
absl::Status MessageStateError(const Message& message, std::string_view expected, std::string_view why);

// Applies `step` to the message and stores it with the event that tells of it.
absl::Status ApplyStep(WriteTransaction& tx, const CallContext& context, std::string_view event_type,
                       absl::Time now, absl::FunctionRef<absl::Status(Message&)> step, Message& message);

// What a person does to a message: finds it, applies `step`, stores it and the event that tells of it. `id`
// is as the caller wrote it.
absl::StatusOr<Message> ChangeMessage(Store& store, const CallContext& context, std::string_view id,
                                      std::string_view event_type, absl::Time now,
                                      absl::FunctionRef<absl::Status(Message&)> step);

}  // namespace keelson
