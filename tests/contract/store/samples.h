// Sample entities. Thread-safe.
#pragma once

#include <string>

#include "core/repositories.h"

namespace keelson {

// The base of all times in samples.
inline const absl::Time kT0 = absl::FromUnixMicros(1'700'000'000'123'456);

// Returns a UUID that is greater than all earlier ones.
Uuid NextSampleUuid();
// Returns a digest that differs from all earlier ones.
Sha256Digest NextSampleDigest();

User SampleUser(const std::string& email_key);
// Returns a session that was refreshed once.
Session SampleSession(UserId user_id);
// Returns a delivered and paid order with one line of 10 and shipping of 2.
Order SampleOrder(UserId user_id, const std::string& reference = "");
// Returns a PENDING order with the amounts of SampleOrder.
Order SamplePendingOrder(UserId user_id);
// Returns a refund of 3 that is due immediately.
Refund SampleRefund(const Order& order);
Message SampleMessage(UserId user_id);
Event SampleEvent(const std::string& subject);

template <typename Entity, typename Change>
Entity With(const Entity& entity, Change change) {
  auto fields = entity.fields();
  change(fields);
  return Entity(std::move(fields));
}

// Whether the events are numbered from 1 without gaps and chained.
bool IsWholeChain(const std::vector<Event>& events);

}  // namespace keelson
