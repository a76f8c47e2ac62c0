#pragma once

#include "adapters/memory/accounts.h"
#include "adapters/memory/messages.h"
#include "adapters/memory/records.h"
#include "adapters/memory/trade.h"

namespace keelson {

class MemoryExpiry : public ExpiryRepository {
 public:
  MemoryExpiry(MemoryTokens& tokens, MemoryCooldowns& cooldowns, MemoryIdempotency& idempotency)
      : tokens_(tokens), cooldowns_(cooldowns), idempotency_(idempotency) {}

  absl::StatusOr<bool> DeleteExpired(absl::Time now, absl::Time answers_before, int limit) override {
    const int tokens = tokens_.DeleteExpired(now, limit);
    const int cooldowns = cooldowns_.DeleteExpired(now, limit);
    const int answers = idempotency_.DeleteExpired(answers_before, limit);
    return tokens == limit || cooldowns == limit || answers == limit;
  }

 private:
  MemoryTokens& tokens_;
  MemoryCooldowns& cooldowns_;
  MemoryIdempotency& idempotency_;
};

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
        expiry(tokens, cooldowns, idempotency) {}

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
