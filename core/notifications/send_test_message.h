#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/clock.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/notifications/message.h"
#include "core/store/store.h"

namespace keelson {

struct SendTestMessageCommand {
  std::string to;
  // The only one that may be asked; empty: whichever takes it, in the usual order.
  std::string provider;
};

// Queues a plain message to any address, to see that a provider is set up right.
class SendTestMessage {
 public:
  // `providers`: the names of those that are configured, in failover order.
  SendTestMessage(Store& store, Clock& clock, IdGenerator& ids, std::vector<std::string> providers)
      : store_(store), clock_(clock), ids_(ids), providers_(std::move(providers)) {}
  // FIELD_INVALID.
  absl::StatusOr<Message> Handle(const CallContext& context, const SendTestMessageCommand& command);

 private:
  // What a message of the template says of the provider that is to send it.
  std::string NameOf(const SendTestMessageCommand& command) const;

  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
  const std::vector<std::string> providers_;
};

}  // namespace keelson
