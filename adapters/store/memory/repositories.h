#pragma once

#include "adapters/store/memory/cooldowns.h"
#include "adapters/store/memory/events.h"
#include "adapters/store/memory/expiry.h"
#include "adapters/store/memory/idempotency.h"
#include "adapters/store/memory/ledger.h"
#include "adapters/store/memory/messages.h"
#include "adapters/store/memory/orders.h"
#include "adapters/store/memory/refunds.h"
#include "adapters/store/memory/sessions.h"
#include "adapters/store/memory/settings.h"
#include "adapters/store/memory/throttles.h"
#include "adapters/store/memory/users.h"

namespace keelson {

// The repositories of a store. All repositories record their changes in the same journal.
struct Repositories {
  explicit Repositories(Journal& j)
      : users(j),
        tokens(j),
        cooldowns(j),
        sessions(j, users),
        throttles(j),
        ledger(j),
        orders(j, ledger),
        refunds(j),
        messages(j),
        events(j),
        idempotency(j),
        settings(j),
        expiry(tokens, cooldowns, sessions, throttles, idempotency, messages) {}

  MemoryUsers users;
  MemoryTokens tokens;
  MemoryCooldowns cooldowns;
  MemorySessions sessions;
  MemoryThrottles throttles;
  MemoryLedger ledger;
  MemoryOrders orders;
  MemoryRefunds refunds;
  MemoryMessages messages;
  MemoryEvents events;
  MemoryIdempotency idempotency;
  MemorySettings settings;
  MemoryExpiry expiry;
};

}  // namespace keelson
