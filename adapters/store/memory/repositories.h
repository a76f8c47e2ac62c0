#pragma once

#include "adapters/store/memory/cooldowns.h"
#include "adapters/store/memory/events.h"
#include "adapters/store/memory/expiry.h"
#include "adapters/store/memory/idempotency.h"
#include "adapters/store/memory/messages.h"
#include "adapters/store/memory/orders.h"
#include "adapters/store/memory/refunds.h"
#include "adapters/store/memory/settings.h"
#include "adapters/store/memory/users.h"

namespace keelson {

// All that a store holds, and the journal of what a unit of work does to it.
struct Repositories {
  explicit Repositories(Journal& j)
      : users(j),
        tokens(j),
        cooldowns(j),
        orders(j),
        refunds(j),
        messages(j),
        events(j),
        idempotency(j),
        settings(j),
        expiry(tokens, cooldowns, idempotency, messages) {}

  MemoryUsers users;
  MemoryTokens tokens;
  MemoryCooldowns cooldowns;
  MemoryOrders orders;
  MemoryRefunds refunds;
  MemoryMessages messages;
  MemoryEvents events;
  MemoryIdempotency idempotency;
  MemorySettings settings;
  MemoryExpiry expiry;
};

}  // namespace keelson
