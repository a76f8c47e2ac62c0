// Writes entities as JSON objects, for the export of a user's data. The members are the fields of kFields,
// with the names of the columns. Digests and salts of tokens are left out, and the fields of kOmittedFields;
// fields without a value, too. Times are RFC 3339 in UTC, states and reasons have the names of the API
// without the prefix, and amounts are minor units.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/fields.h"
#include "core/common/id.h"
#include "core/common/json.h"
#include "core/common/money.h"
#include "core/common/sha256.h"
#include "core/events/event.h"
#include "core/notifications/message.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "core/sessions/session.h"

namespace keelson {

// Internal forms of other fields, and the rendered e-mail, whose link contains the token of a TokenMail.
inline constexpr std::array<std::string_view, 5> kOmittedFields = {"email_key", "recipient_key", "body_text",
                                                                   "body_html", "lease_epoch"};

template <typename Row>
void WriteObject(JsonWriter& json, const Row& row);

namespace internal {

template <typename Value>
inline constexpr bool kIsDigest =
    std::is_same_v<Value, Sha256Digest> || std::is_same_v<Value, std::optional<Sha256Digest>>;

inline void WriteValue(JsonWriter& json, std::int64_t value) {
  json.Number(value);
}
inline void WriteValue(JsonWriter& json, absl::Time value) {
  json.String(absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", value, absl::UTCTimeZone()));
}
template <typename Kind>
void WriteValue(JsonWriter& json, const Id<Kind>& value) {
  json.String(value.ToString());
}
inline void WriteValue(JsonWriter& json, Currency value) {
  json.String(value.code());
}
inline void WriteValue(JsonWriter& json, UserState value) {
  json.String(UserStateName(value));
}
inline void WriteValue(JsonWriter& json, OrderState value) {
  json.String(OrderStateName(value));
}
inline void WriteValue(JsonWriter& json, RefundStatus value) {
  json.String(RefundStatusName(value));
}
inline void WriteValue(JsonWriter& json, RefundScopeKind value) {
  json.String(RefundScopeKindName(value));
}
inline void WriteValue(JsonWriter& json, RefundState value) {
  json.String(RefundStateName(value));
}
inline void WriteValue(JsonWriter& json, RefundReason value) {
  json.String(RefundReasonName(value));
}
inline void WriteValue(JsonWriter& json, MessageState value) {
  json.String(MessageStateName(value));
}
inline void WriteMap(JsonWriter& json, const std::map<std::string, std::string>& value,
                     std::string_view omitted) {
  json.BeginObject();
  for (const auto& [name, text] : value) {
    if (name == omitted) continue;
    json.Key(name);
    json.String(text);
  }
  json.EndObject();
}
template <typename Element>
void WriteValue(JsonWriter& json, const std::vector<Element>& value) {
  json.BeginArray();
  for (const Element& element : value) WriteObject(json, element);
  json.EndArray();
}

template <typename Row, typename Value>
void WriteField(JsonWriter& json, const Row& row, const Field<Row, Value>& field) {
  if constexpr (!kIsDigest<Value>) {
    if (std::find(kOmittedFields.begin(), kOmittedFields.end(), field.column) != kOmittedFields.end()) return;
    const Value& value = row.*field.member;
    if constexpr (requires { value.has_value(); }) {
      if (!value) return;
      json.Key(field.column);
      WriteValue(json, *value);
    } else {
      json.Key(field.column);
      if constexpr (std::is_same_v<Value, std::string>) {
        field.format == TextFormat::kJson ? json.Raw(value) : json.String(value);
      } else if constexpr (std::is_same_v<Value, std::map<std::string, std::string>>) {
        // Labels have no empty key.
        WriteMap(json, value, field.column == "variables" ? kTokenVariable : "");
      } else {
        WriteValue(json, value);
      }
    }
  }
}
template <typename Row, typename Value>
void WriteField(JsonWriter& json, const Row& row, const NestedFields<Row, Value>& field) {
  std::apply([&](const auto&... nested) { (WriteField(json, row.*field.member, nested), ...); },
             kFields<Value>);
}
template <typename Row, typename Element>
void WriteField(JsonWriter& json, const Row& row, const ChildRows<Row, Element>& field) {
  json.Key("lines");
  WriteValue(json, row.*field.member);
}

}  // namespace internal

template <typename Row>
void WriteObject(JsonWriter& json, const Row& row) {
  json.BeginObject();
  std::apply([&](const auto&... field) { (internal::WriteField(json, row, field), ...); }, kFields<Row>);
  json.EndObject();
}

}  // namespace keelson
