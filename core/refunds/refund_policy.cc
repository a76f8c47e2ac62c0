#include "core/refunds/refund_policy.h"

#include "core/common/json.h"

namespace keelson {
namespace {

void Write(absl::Duration duration, JsonWriter& json) {
  json.String(absl::FormatDuration(duration));
}

void Write(bool value, JsonWriter& json) {
  json.Bool(value);
}

void Write(std::int64_t number, JsonWriter& json) {
  json.Number(number);
}

void Write(const std::set<OrderState>& states, JsonWriter& json) {
  json.BeginArray();
  for (const OrderState state : states) json.String(OrderStateName(state));
  json.EndArray();
}

void Write(const std::map<Currency, std::int64_t>& thresholds, JsonWriter& json) {
  json.BeginObject();
  for (const auto& [currency, minor_units] : thresholds) {
    json.Key(currency.code());
    json.Number(minor_units);
  }
  json.EndObject();
}

// Calls `visit` with the name and the member of each term.
template <typename Visit>
void ForEachTerm(const Visit& visit) {
  visit("window", &RefundTerms::window);
  visit("states", &RefundTerms::states);
  visit("partial", &RefundTerms::partial);
  visit("max_per_order", &RefundTerms::max_per_order);
  visit("approval_above", &RefundTerms::approval_above);
}

void WriteReasons(const RefundPolicy& policy, JsonWriter& json) {
  const RefundTerms& general = policy;
  json.BeginObject();
  for (const auto& [reason, terms] : policy.by_reason) {
    if (terms == general) continue;
    json.Key(RefundReasonName(reason));
    json.BeginObject();
    ForEachTerm([&json, &terms, &general](const char* name, auto member) {
      if (terms.*member == general.*member) return;
      json.Key(name);
      Write(terms.*member, json);
    });
    json.EndObject();
  }
  json.EndObject();
}

}  // namespace

RefundPolicy DefaultRefundPolicy() {
  RefundPolicy policy;
  policy.by_reason[RefundReason::kNotReceived].states = {OrderState::kShipped, OrderState::kDelivered};
  policy.by_reason[RefundReason::kOrderCancelled].states = {OrderState::kDelivered, OrderState::kCancelled};
  return policy;
}

std::string ToJson(const RefundPolicy& policy) {
  JsonWriter json;
  json.BeginObject();
  ForEachTerm([&](const char* name, auto member) {
    json.Key(name);
    Write(policy.*member, json);
  });
  json.Key("reasons");
  WriteReasons(policy, json);
  json.EndObject();
  return json.Take();
}

}  // namespace keelson
