// Translation between the contract's messages and the core's values. A value that can't be translated adds a
// violation with its path to the errors; the core checks everything else.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/amount.h"
#include "core/common/error.h"
#include "core/common/money.h"
#include "core/common/strings.h"
#include "core/common/text.h"
#include "core/ledger/ledger_entry.h"
#include "core/notifications/message.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "core/sessions/session.h"
#include "google/protobuf/map.h"
#include "google/protobuf/timestamp.pb.h"
#include "keelson/accounts/v1/accounts.pb.h"
#include "keelson/common/v1/label.pb.h"
#include "keelson/common/v1/money.pb.h"
#include "keelson/ledger/v1/ledger.pb.h"
#include "keelson/notifications/v1/notifications.pb.h"
#include "keelson/orders/v1/orders.pb.h"
#include "keelson/refunds/v1/refunds.pb.h"
#include "keelson/sessions/v1/sessions.pb.h"

namespace keelson {

void ToProto(const User& user, accounts::v1::User& out);
void ToProto(const Session& session, sessions::v1::Session& out);
void ToProto(const Order& order, orders::v1::Order& out);
void ToProto(const Refund& refund, refunds::v1::Refund& out);
// Omits the template variables and the content, except for the subject.
void ToProto(const Message& message, notifications::v1::Message& out);
void ToProto(const LedgerEntry& entry, ledger::v1::LedgerEntry& out);
void ToProto(const Money& money, common::v1::Money& out);
void ToProto(absl::Time time, google::protobuf::Timestamp& out);
void ToProto(const RefundPortion::Line& line, Currency currency, refunds::v1::RefundLine& out);

// Translates the amount of a refund and its parts into a Refund or a CheckRefundResponse.
template <typename Message>
void PortionToProto(const RefundPortion& portion, Currency currency, Message& out) {
  ToProto({currency, portion.amount}, *out.mutable_amount());
  for (const RefundPortion::Line& line : portion.lines) ToProto(line, currency, *out.add_lines());
  ToProto({currency, portion.shipping}, *out.mutable_shipping());
  ToProto({currency, portion.goodwill()}, *out.mutable_goodwill());
}

Amount FromProto(const common::v1::Money& money);
Labels FromProto(const google::protobuf::Map<std::string, std::string>& labels);
Label FromProto(const common::v1::Label& label);
// Returns nullopt and adds a violation for a time outside of the range of google.protobuf.Timestamp.
std::optional<absl::Time> FromProto(const google::protobuf::Timestamp& time, std::string_view field,
                                    FieldErrors& errors);

// Translates the states of a filter, without repetitions; their numbers are the same in the contract and in
// the core. Adds a violation for each unknown number and for UNSPECIFIED.
template <typename State, typename Numbers>
std::vector<State> StatesFromProto(const Numbers& numbers, bool (*is_known)(int), std::string_view field,
                                   FieldErrors& errors) {
  std::vector<State> states;
  for (int i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != 0 && is_known(numbers[i])) {
      const auto state = static_cast<State>(numbers[i]);
      if (std::find(states.begin(), states.end(), state) == states.end()) states.push_back(state);
    } else {
      errors.Add(StrCat(field, "[", i, "]"), "must be a known state other than UNSPECIFIED");
    }
  }
  return states;
}

// Translates the fields that all list requests share. Returns a violation for each value that can't be
// translated.
template <typename Request, typename Query>
FieldErrors PageFromProto(Request& request, Query& query) {
  FieldErrors errors;
  query.page_size = request.page_size();
  query.page_token = std::move(*request.mutable_page_token());
  if constexpr (requires { query.created_from; }) {
    if (request.has_created_from())
      query.created_from = FromProto(request.created_from(), "created_from", errors);
    if (request.has_created_before()) {
      query.created_before = FromProto(request.created_before(), "created_before", errors);
    }
  }
  return errors;
}

// Like PageFromProto, for a list with a filter by states.
template <typename Request, typename Query>
FieldErrors ListFromProto(Request& request, bool (*is_known)(int), Query& query) {
  FieldErrors errors;
  using State = typename decltype(query.states)::value_type;
  query.states = StatesFromProto<State>(request.states(), is_known, "states", errors);
  errors.AddAll("", PageFromProto(request, query));
  return errors;
}

}  // namespace keelson
