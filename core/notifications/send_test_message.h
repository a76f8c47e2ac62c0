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
  // The only provider that may send the message; empty: any, in failover order.
  std::string provider;
};

// Queues a test message to any address, to check the configuration of the providers. Thread-safe; blocks on
// the store.
class SendTestMessage {
 public:
  // `providers`: names of the configured providers, in failover order.
  SendTestMessage(Store& store, Clock& clock, IdGenerator& ids, std::vector<std::string> providers)
      : store_(store), clock_(clock), ids_(ids), providers_(std::move(providers)) {}
  // Errors: FIELD_INVALID.
  absl::StatusOr<Message> Handle(const CallContext& context, const SendTestMessageCommand& command);

 private:
  // Returns the requested provider's name, or the names of all providers, for the text of the message.
  std::string ProviderText(const SendTestMessageCommand& command) const;

  Store& store_;
  Clock& clock_;
  IdGenerator& ids_;
  const std::vector<std::string> providers_;
};

}  // namespace keelson
