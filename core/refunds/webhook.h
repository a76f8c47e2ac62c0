// Webhooks: HTTP requests by which a payment provider reports an event.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "core/common/id.h"

namespace keelson {

// A webhook as it arrived. Anyone may have sent it, until PaymentProvider::ReadWebhook has verified it.
struct Webhook {
  // Values by header name in lower case; of a repeated header, the first value.
  std::map<std::string, std::string, std::less<>> headers = {};
  // The body byte for byte, because the provider signed these bytes.
  std::string body = {};
  absl::Time receive_time = absl::InfinitePast();

  // Empty if there is no such header.
  std::string_view Header(std::string_view lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string_view() : found->second;
  }
};

// The refund that a verified webhook is about. An empty member is unknown.
struct RefundHint {
  // The provider's id of the event, equal in each repetition of the event.
  std::string event_id = {};
  // Our id, if the provider keeps it with the refund.
  std::optional<RefundId> refund_id = {};
  // The provider's ids of the payment and of the refund.
  std::string payment_reference = {};
  std::string provider_reference = {};

  bool operator==(const RefundHint&) const = default;
};

}  // namespace keelson
