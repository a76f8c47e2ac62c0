#include "core/events/event.h"

#include "core/common/serialize.h"

namespace keelson {
EventPayload::EventPayload() {
  json_.BeginObject();
}

EventPayload& EventPayload::Add(std::string_view key, std::string_view value) {
  json_.Key(key);
  json_.String(value);
  return *this;
}

EventPayload& EventPayload::Add(std::string_view key, std::int64_t value) {
  json_.Key(key);
  json_.Number(value);
  return *this;
}

EventPayload& EventPayload::Add(std::string_view key, bool value) {
  json_.Key(key);
  json_.Bool(value);
  return *this;
}

EventPayload& EventPayload::AddJson(std::string_view key, std::string_view json) {
  json_.Key(key);
  json_.Raw(json);
  return *this;
}

std::string EventPayload::ToJson() && {
  json_.EndObject();
  return json_.Take();
}

Event MakeEvent(std::string_view type, std::string subject, UserId user_id, const CallContext& context,
                absl::Time now, EventPayload payload) {
  Event event;
  event.type = type;
  event.subject = std::move(subject);
  event.user_id = user_id;
  event.actor = context.actor;
  event.correlation_id = context.correlation_id;
  event.create_time = now;
  event.payload = std::move(payload).ToJson();
  return event;
}

Sha256Digest ChainedHash(const Sha256Digest& previous, const Event& event) {
  FieldWriter writer;
  writer(std::string(reinterpret_cast<const char*>(previous.data()), previous.size()));
  writer(event.sequence), writer(event.type), writer(event.subject), writer(event.user_id);
  writer(event.actor), writer(event.correlation_id), writer(event.create_time), writer(event.payload);
  return Sha256(writer.Take());
}

}  // namespace keelson
