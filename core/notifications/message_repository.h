// core/store/store.h specifies List: the order of the rows, the start of a page and the cost.
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
  // Canonical key of the address; empty: every address.
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
  // Whether a message can be claimed: QUEUED and due, or SENDING with an expired lease.
  virtual absl::StatusOr<bool> AnyDue(absl::Time now) = 0;
};

class MessageRepository : public MessageReader {
 public:
  // Like Find, but locks the row until the transaction ends. Use it for a message that the transaction
  // changes. A store that runs one Write at a time needs no row locks.
  virtual Found<Message> FindForUpdate(MessageId id) { return Find(id); }
  virtual absl::Status Insert(const Message& message) = 0;
  // Claims at most `limit` due messages, longest due first. A claimed message is SENDING, leased until
  // `lease_until`, with attempts and lease_epoch incremented; until then no other process can claim the
  // message.
  virtual absl::StatusOr<std::vector<Message>> Claim(absl::Time now, absl::Time lease_until, int limit) = 0;
  // Saves claimed messages: their outcomes, or a longer lease while they are SENDING. Returns for each
  // message, in order, whether it was saved. False means that the lease was lost: the stored message is no
  // longer SENDING, or has another epoch. `messages` may be empty.
  virtual absl::StatusOr<std::vector<bool>> Save(std::span<const Message> messages) = 0;
  // Updates a message that is not claimed and that FindForUpdate returned in this transaction.
  virtual absl::Status Update(const Message& message) = 0;
  // Cancels the user's QUEUED messages of this template, because a newer message replaces them.
  virtual absl::Status Supersede(UserId user_id, std::string_view template_name, absl::Time now) = 0;
  // Deletes the user's messages in every state, and the messages to the address that belong to no user. A
  // process that is sending one of them can't save the outcome: Save returns false.
  virtual absl::Status DeleteOfUser(UserId user_id, std::string_view to_key) = 0;
};

}  // namespace keelson
