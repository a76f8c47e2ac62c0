// Lists are described in core/store/store.h.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/found.h"
#include "core/common/id.h"
#include "core/common/list_position.h"
#include "core/notifications/message.h"

namespace keelson {

struct MessageFilter {
  // Empty: every state.
  std::vector<MessageState> states;
  std::optional<UserId> user_id;
  // The canonical key of the address; empty: every address.
  std::string to_key;
  std::optional<absl::Time> created_from = {};
  std::optional<absl::Time> created_before = {};
};

class MessageReader {
 public:
  virtual ~MessageReader() = default;
  virtual Found<Message> Find(MessageId id) = 0;
  virtual absl::StatusOr<std::vector<Message>> List(const MessageFilter& filter,
                                                    std::optional<ListPosition> before, int limit) = 0;
  // Whether a queued message, or a sending one whose lease has run out, is due.
  virtual absl::StatusOr<bool> AnyDue(absl::Time now) = 0;
};

class MessageRepository : public MessageReader {
 public:
  virtual absl::Status Insert(const Message& message) = 0;
  // Takes at most `limit` due messages, the longest due first: each is then sending, leased until
  // `lease_until`, its attempts and its epoch one higher. Nobody else gets them until then.
  virtual absl::StatusOr<std::vector<Message>> Claim(absl::Time now, absl::Time lease_until, int limit) = 0;
  // Writes how claimed messages stand, their outcomes or, while they are sending, a longer lease. For each,
  // in their order: false, and it is not written, where the lease was lost: it is not sending any more, or
  // under another epoch.
  virtual absl::StatusOr<std::vector<bool>> Save(std::span<const Message> messages) = 0;
  // Writes what is to become of a message that nobody has claimed, found in this transaction.
  virtual absl::Status Update(const Message& message) = 0;
  // Cancels the user's queued messages of this template, because a newer one takes their place.
  virtual absl::Status Supersede(UserId user_id, std::string_view template_name, absl::Time now) = 0;
};

}  // namespace keelson
