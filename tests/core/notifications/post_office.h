// An outbox with two providers and a dispatcher over it: what the tests of sending share.
#pragma once

#include <string>
#include <vector>

#include "core/notifications/dispatch_messages.h"
#include "tests/core/world.h"
#include "tests/support/fake_email_provider.h"
#include "tests/support/fake_renderer.h"

namespace keelson {

struct PostOffice : World {
  PostOffice() { policy.from = "Keelson <no-reply@example.com>"; }

  MessageId Post(std::string template_name = "welcome",
                 std::optional<absl::Time> expire_time = std::nullopt) {
    Message message;
    message.id = ids.Next<MessageKind>();
    message.template_name = std::move(template_name);
    message.locale = "de";
    message.to = "ada@example.com";
    message.user_id = UserId(Uuid{1});
    message.variables = {{"token", "secret"}};
    message.due_time = clock.Now();
    message.expire_time = expire_time;
    message.create_time = clock.Now();
    Must(store.Write(absl::InfiniteFuture(),
                     [&](WriteTransaction& tx) { return tx.messages().Insert(message); }));
    return message.id;
  }

  // One batch; how many messages it took.
  int Dispatch() { return Dispatch({&first, &second}); }
  int Dispatch(std::vector<EmailProvider*> providers) {
    return Must(DispatchMessages(store, clock, entropy, log, renderer, std::move(providers), policy)());
  }

  // A failed attempt's wait is over.
  void WaitFor(MessageId id) { clock.Set(std::max(clock.Now(), Now(id).due_time)); }

  FakeEmailProvider first{"first"};
  FakeEmailProvider second{"second"};
  FakeRenderer renderer;
  DispatchPolicy policy;
};

}  // namespace keelson
