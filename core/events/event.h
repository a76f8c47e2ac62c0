#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/common/context.h"
#include "core/common/fields.h"
#include "core/common/id.h"
#include "core/common/json.h"
#include "core/common/sha256.h"

namespace keelson {

// The facts of a change, as a JSON object in canonical form (JsonWriter). Callers must not add
// passwords, hashes or tokens. Events outlive the erasure of a user, so callers must not add personal data.
class EventPayload {
 public:
  EventPayload();
  EventPayload& Add(std::string_view key, std::string_view value);
  // Without this overload, a string literal converts to bool.
  EventPayload& Add(std::string_view key, const char* value) { return Add(key, std::string_view(value)); }
  EventPayload& Add(std::string_view key, std::int64_t value);
  EventPayload& Add(std::string_view key, bool value);
  // Adds a nested value. `json` must be a JSON text in canonical form.
  EventPayload& AddJson(std::string_view key, std::string_view json);
  std::string ToJson() &&;

 private:
  JsonWriter json_;
};

// One entry of the audit trail. The store sets the sequence and the hash when it appends the event.
struct Event {
  std::int64_t sequence = 0;
  // The event type, such as "user.registered" or "refund.succeeded".
  std::string type;
  // The id of the changed entity, in its public form; "refunds" for a change of the refund policy.
  std::string subject;
  UserId user_id;
  std::string actor;
  std::string correlation_id;
  absl::Time create_time;
  // A JSON object.
  std::string payload = "{}";
  Sha256Digest hash{};

  bool operator==(const Event&) const = default;
};

Event MakeEvent(std::string_view type, std::string subject, UserId user_id, const CallContext& context,
                absl::Time now, EventPayload payload = {});

// SHA-256 over the previous event's hash (zeros for the first event) and every field of the event except its
// hash, so that a changed or missing event is detected. Every store uses this function.
Sha256Digest ChainedHash(const Sha256Digest& previous, const Event& event);

template <>
inline constexpr auto kFields<Event> = std::tuple{
    Immutable("sequence", &Event::sequence),
    Immutable("type", &Event::type),
    Immutable("subject", &Event::subject),
    Immutable("user_id", &Event::user_id),
    Immutable("actor", &Event::actor),
    Immutable("correlation_id", &Event::correlation_id),
    Immutable("create_time", &Event::create_time),
    Immutable("payload", &Event::payload, TextFormat::kJson),
    Immutable("hash", &Event::hash),
};

}  // namespace keelson
