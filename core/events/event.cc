#include "core/events/event.h"

#include "core/common/serialize.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Appends `text` as a JSON string (RFC 8259, section 7).
void AppendJsonString(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out.append("\\u00");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

void EventPayload::AddKey(std::string_view key) {
  if (json_.size() > 1) json_.push_back(',');
  AppendJsonString(json_, key);
  json_.push_back(':');
}

EventPayload& EventPayload::Add(std::string_view key, std::string_view value) {
  AddKey(key);
  AppendJsonString(json_, value);
  return *this;
}

EventPayload& EventPayload::Add(std::string_view key, std::int64_t value) {
  AddKey(key);
  json_ += StrCat(value);
  return *this;
}

EventPayload& EventPayload::Add(std::string_view key, bool value) {
  AddKey(key);
  json_ += value ? "true" : "false";
  return *this;
}

std::string EventPayload::ToJson() && {
  json_.push_back('}');
  return std::move(json_);
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
