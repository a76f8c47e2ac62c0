#pragma once

#include <algorithm>

#include "adapters/store/memory/cooldowns.h"
#include "adapters/store/memory/idempotency.h"
#include "adapters/store/memory/messages.h"
#include "adapters/store/memory/sessions.h"
#include "adapters/store/memory/throttles.h"
#include "adapters/store/memory/users.h"
#include "core/store/expiry_repository.h"

namespace keelson {

class MemoryExpiry : public ExpiryRepository {
 public:
  MemoryExpiry(MemoryTokens& tokens, MemoryCooldowns& cooldowns, MemorySessions& sessions,
               MemoryThrottles& throttles, MemoryIdempotency& idempotency, MemoryMessages& messages)
      : tokens_(tokens),
        cooldowns_(cooldowns),
        sessions_(sessions),
        throttles_(throttles),
        idempotency_(idempotency),
        messages_(messages) {}

  absl::StatusOr<bool> DeleteExpired(const ExpiryBounds& bounds, int limit) override {
    const int deleted =
        std::max({tokens_.DeleteExpired(bounds.now, limit), cooldowns_.DeleteExpired(bounds.now, limit),
                  sessions_.DeleteExpired(bounds.now, limit), throttles_.DeleteExpired(bounds.now, limit),
                  idempotency_.DeleteExpired(bounds.answers_before, limit),
                  messages_.DeleteEnded(bounds.messages_before, limit)});
    return deleted == limit;
  }

 private:
  MemoryTokens& tokens_;
  MemoryCooldowns& cooldowns_;
  MemorySessions& sessions_;
  MemoryThrottles& throttles_;
  MemoryIdempotency& idempotency_;
  MemoryMessages& messages_;
};

}  // namespace keelson
