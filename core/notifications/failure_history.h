#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "core/common/id.h"

namespace keelson {

// Distinguishes a poison message from a failing provider: a message that fails again although the provider
// accepted another message in between is itself the cause of its failures. Keeps the newest kMaxMessages
// messages that failed. Not thread-safe.
class FailureHistory {
 public:
  static constexpr std::size_t kMaxMessages = 4096;

  // Records that the provider failed to accept the message. Returns true if the message itself is the
  // cause.
  bool AddFailure(MessageId id);
  // Records that the provider accepted the message.
  void AddAcceptance(MessageId id);
  // Number of failures since the provider last accepted the message; 0 if the history has no failure of the
  // message.
  int CountFailures(MessageId id) const;

 private:
  struct Record {
    int failures = 0;
    // Number of messages that the provider had accepted before this message first failed.
    std::int64_t acceptances_before = 0;
  };

  std::map<MessageId, Record> failed_;
  std::int64_t acceptances_ = 0;
};

}  // namespace keelson
