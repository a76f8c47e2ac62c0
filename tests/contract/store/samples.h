// Entities to fill stores with. Thread-safe.
#pragma once

#include <string>

#include "core/repositories.h"

namespace keelson {

// A time that every sample is relative to.
inline const absl::Time kT0 = absl::FromUnixMicros(1'700'000'000'123'456);

// A UUID greater than every one before it.
Uuid NextSampleUuid();

User SampleUser(const std::string& email_key);
// Of one line of 10 and shipping of 2, delivered and paid.
Order SampleOrder(UserId user_id, const std::string& reference = "");
// Of 3, due at once.
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
