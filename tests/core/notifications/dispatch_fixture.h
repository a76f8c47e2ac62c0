// The fixture of the dispatch tests: a store, two providers and dispatchers.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/common/deadline.h"
#include "core/notifications/dispatch_messages.h"
#include "core/notifications/message_repository.h"
#include "core/store/store.h"
#include "tests/core/world.h"
#include "tests/support/fake_email_provider.h"
#include "tests/support/fake_renderer.h"

namespace keelson {

struct DispatchFixture : World {
  DispatchFixture() { policy.from = "Keelson <no-reply@example.com>"; }

  MessageId Post(std::string template_name = "welcome", std::optional<absl::Time> expire_time = std::nullopt,
                 std::string pinned_provider = "") {
    Message message;
    message.id = ids.Next<MessageKind>();
    message.template_name = std::move(template_name);
    message.locale = "de";
    message.to = "ada@example.com";
    message.to_key = message.to;
    message.user_id = UserId(Uuid{1});
    message.variables = {{"token", "secret"}};
    message.due_time = clock.Now();
    message.expire_time = expire_time;
    message.pinned_provider = std::move(pinned_provider);
    message.create_time = clock.Now();
    Must(store.Write(Deadline::Never(), [&](WriteTransaction& tx) { return tx.messages().Insert(message); }));
    return message.id;
  }

  // The dispatcher of a process that has just started.
  std::unique_ptr<DispatchMessages> Sender() { return Sender({&first, &second}); }
  std::unique_ptr<DispatchMessages> Sender(std::vector<EmailProvider*> providers) {
    return std::make_unique<DispatchMessages>(DispatchMessages::Ports{store, clock, entropy, log, renderer},
                                              std::move(providers), policy);
  }

  // Flushes, claims and sends until no work is left. Returns the number of messages that were due.
  int Dispatch(DispatchMessages& sender) {
    const int due = CountDue();
    bool more = true;
    while (more) {
      more = Must(sender.FlushAndClaim());
      for (std::size_t provider = 0; provider < sender.provider_count(); ++provider) {
        while (sender.SendNext(provider)) more = true;
      }
    }
    return due;
  }
  int Dispatch(std::vector<EmailProvider*> providers) { return Dispatch(*Sender(std::move(providers))); }
  int Dispatch() { return Dispatch({&first, &second}); }

  int CountDue() {
    const std::vector<Message> outbox = Outbox();
    return static_cast<int>(std::count_if(outbox.begin(), outbox.end(), [&](const Message& message) {
      return Load(message.id).due_time <= clock.Now();
    }));
  }

  // Advances the clock to the due time of the message's next attempt.
  void WaitFor(MessageId id) { clock.Set(std::max(clock.Now(), Load(id).due_time)); }

  FakeEmailProvider first{"first"};
  FakeEmailProvider second{"second"};
  FakeRenderer renderer;
  DispatchPolicy policy;
};

}  // namespace keelson
