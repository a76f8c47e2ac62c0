#pragma once

#include "adapters/store/memory/cooldowns.h"
#include "adapters/store/memory/idempotency.h"
#include "adapters/store/memory/messages.h"
#include "adapters/store/memory/users.h"
#include "core/store/expiry_repository.h"

namespace keelson {

class MemoryExpiry : public ExpiryRepository {
 public:
  MemoryExpiry(MemoryTokens& tokens, MemoryCooldowns& cooldowns, MemoryIdempotency& idempotency,
               MemoryMessages& messages)
      : tokens_(tokens), cooldowns_(cooldowns), idempotency_(idempotency), messages_(messages) {}

  absl::StatusOr<bool> DeleteExpired(const ExpiryBounds& bounds, int limit) override {
    const int tokens = tokens_.DeleteExpired(bounds.now, limit);
    const int cooldowns = cooldowns_.DeleteExpired(bounds.now, limit);
    const int records = idempotency_.DeleteExpired(bounds.answers_before, limit);
    const int messages = messages_.DeleteEnded(bounds.messages_before, limit);
    return tokens == limit || cooldowns == limit || records == limit || messages == limit;
  }

 private:
  MemoryTokens& tokens_;
  MemoryCooldowns& cooldowns_;
  MemoryIdempotency& idempotency_;
  MemoryMessages& messages_;
};

}  // namespace keelson
