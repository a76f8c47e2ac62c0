#include "adapters/store/postgres/listing.h"

#include <algorithm>
#include <string>

#include "adapters/store/postgres/order_rows.h"
#include "adapters/store/sql_columns/columns.h"

namespace keelson {
namespace {

// Where a page's rows lie, by time of creation and id: from `from` on, and before (`time`, `id`).
struct Range {
  absl::Time from;
  absl::Time time;
  Uuid id;
};

constexpr Uuid kLastUuid = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

template <typename Filter>
Range RangeOf(const Filter& filter, const std::optional<ListPosition>& before) {
  Range range{absl::InfinitePast(), absl::InfiniteFuture(), kLastUuid};
  if (before) range = {range.from, before->create_time, before->id};
  if constexpr (requires { filter.created_from; }) {
    if (filter.created_from) range.from = *filter.created_from;
    // Before the first id of a time is before that time.
    if (filter.created_before && *filter.created_before <= range.time) {
      range.time = *filter.created_before;
      range.id = Uuid{};
    }
  }
  return range;
}

#define KEELSON_PG_IN_RANGE(row) row "create_time >= $1 AND (" row "create_time, " row "id) < ($2, $3) "
#define KEELSON_PG_NEWEST_FIRST(row) "ORDER BY " row "create_time DESC, " row "id DESC LIMIT $4"

#define KEELSON_PG_SELECT_USERS                                                                           \
  "SELECT u.id, u.email, u.email_key, u.email_verify_time, u.display_name, u.locale, u.state, u.labels, " \
  "u.create_time, u.update_time, u.delete_time, u.purge_time, u.version "
#define KEELSON_PG_WITH_PREFIX "email_key >= $6 AND email_key < $7 AND state <> 4 "

// So many addresses are looked up and sorted; where there are more with a prefix, walking the list until the
// page is full finds enough of them soon.
constexpr int kSortedAddresses = 10'000;

// Greater than every text that begins with the prefix.
std::string EndOf(const std::string& prefix) {
  return prefix + "\xf4\x8f\xbf\xbf";
}

bool IsRare(PgSession& session, const std::string& prefix) {
  std::int64_t count = 0;
  session
      .Select(
          "SELECT count(*) FROM (SELECT 1 FROM users WHERE email_key >= $1 AND email_key < $2 AND state <> 4 "
          "LIMIT $3) found",
          prefix, EndOf(prefix), kSortedAddresses + 1)
      .Read(0, count);
  return count <= kSortedAddresses;
}

constexpr UserState kUserStates[] = {UserState::kActive, UserState::kSuspended, UserState::kDeleted,
                                     UserState::kErased};

constexpr OrderState kOrderStates[] = {OrderState::kPending, OrderState::kPaid, OrderState::kShipped,
                                       OrderState::kDelivered, OrderState::kCancelled};

constexpr RefundState kRefundStates[] = {
    RefundState::kRequested, RefundState::kApproved, RefundState::kProcessing, RefundState::kSucceeded,
    RefundState::kFailed,    RefundState::kRejected, RefundState::kCancelled};

constexpr MessageState kMessageStates[] = {MessageState::kQueued, MessageState::kSending, MessageState::kSent,
                                           MessageState::kDead, MessageState::kCancelled};

template <typename State, std::size_t kCount>
std::vector<State> Wanted(const std::vector<State>& states, const State (&all)[kCount]) {
  return states.empty() ? std::vector<State>(std::begin(all), std::end(all)) : states;
}

// The newest rows of each state. `scope`: a condition that an index begins with, before the state.
#define KEELSON_PG_FROM_STATES(table, scope, row)                                                      \
  " FROM unnest($5) AS wanted (wanted_state) CROSS JOIN LATERAL (SELECT * FROM " table " WHERE " scope \
  "state = wanted_state AND " KEELSON_PG_IN_RANGE("")                                                  \
      KEELSON_PG_NEWEST_FIRST("") ") " row " " KEELSON_PG_NEWEST_FIRST("")

#define KEELSON_PG_SELECT_ORDERS(scope)                                                            \
  "SELECT " KEELSON_PG_ORDER_COLUMNS ", (SELECT " KEELSON_PG_ORDER_LINES                           \
  " FROM order_lines l WHERE l.order_id = o.id AND l.user_id = o.user_id)" KEELSON_PG_FROM_STATES( \
      "orders", scope, "o")
#define KEELSON_PG_SELECT_REFUNDS(scope) \
  "SELECT " KEELSON_REFUND_COLUMNS KEELSON_PG_FROM_STATES("refunds", scope, "r")
#define KEELSON_PG_SELECT_MESSAGES(scope) \
  "SELECT " KEELSON_MESSAGE_COLUMNS KEELSON_PG_FROM_STATES("messages", scope, "m")

}  // namespace

PgResult SelectUserPage(PgSession& session, const UserFilter& filter,
                        const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  const std::vector<UserState> states = Wanted(filter.states, kUserStates);
  const std::string& prefix = filter.email_prefix;
  if (prefix.empty()) {
    return session.Select(KEELSON_PG_SELECT_USERS KEELSON_PG_FROM_STATES("users", "", "u"), r.from, r.time,
                          r.id, most, states);
  }
  if (IsRare(session, prefix)) {
    return session.Select("WITH u AS MATERIALIZED (SELECT * FROM users WHERE " KEELSON_PG_WITH_PREFIX
                          ") " KEELSON_PG_SELECT_USERS
                          "FROM u WHERE state = ANY ($5) AND " KEELSON_PG_IN_RANGE("u.")
                              KEELSON_PG_NEWEST_FIRST("u."),
                          r.from, r.time, r.id, most, states, prefix, EndOf(prefix));
  }
  return session.Select(
      KEELSON_PG_SELECT_USERS KEELSON_PG_FROM_STATES("users", KEELSON_PG_WITH_PREFIX "AND ", "u"), r.from,
      r.time, r.id, most, states, prefix, EndOf(prefix));
}

PgResult SelectOrderPage(PgSession& session, const OrderFilter& filter,
                         const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  if (filter.user_id) {
    return session.Select(KEELSON_PG_SELECT_ORDERS("user_id = $6 AND "), r.from, r.time, r.id, most,
                          Wanted(filter.states, kOrderStates), *filter.user_id);
  }
  if (filter.states.empty()) {
    return session.Select(KEELSON_PG_SELECT_ORDER KEELSON_PG_IN_RANGE("o.") KEELSON_PG_NEWEST_FIRST("o."),
                          r.from, r.time, r.id, most);
  }
  return session.Select(KEELSON_PG_SELECT_ORDERS(""), r.from, r.time, r.id, most, filter.states);
}

PgResult SelectRefundPage(PgSession& session, const RefundFilter& filter,
                          const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  // An order has few refunds, so any further filter may sift them.
  if (filter.order_id) {
    return session.Select("SELECT " KEELSON_REFUND_COLUMNS
                          " FROM refunds WHERE order_id = $6 AND ($7 IS NULL OR user_id = $7) "
                          "AND (cardinality($5) = 0 OR state = ANY ($5)) AND " KEELSON_PG_IN_RANGE("")
                              KEELSON_PG_NEWEST_FIRST(""),
                          r.from, r.time, r.id, most, filter.states, *filter.order_id, filter.user_id);
  }
  if (filter.user_id) {
    return session.Select(KEELSON_PG_SELECT_REFUNDS("user_id = $6 AND "), r.from, r.time, r.id, most,
                          Wanted(filter.states, kRefundStates), *filter.user_id);
  }
  if (filter.states.empty()) {
    return session.Select("SELECT " KEELSON_REFUND_COLUMNS " FROM refunds WHERE " KEELSON_PG_IN_RANGE("")
                              KEELSON_PG_NEWEST_FIRST(""),
                          r.from, r.time, r.id, most);
  }
  return session.Select(KEELSON_PG_SELECT_REFUNDS(""), r.from, r.time, r.id, most, filter.states);
}

PgResult SelectMessagePage(PgSession& session, const MessageFilter& filter,
                           const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  const std::vector<MessageState> states = Wanted(filter.states, kMessageStates);
  // An address is one user's at a time, so the user may sift.
  if (filter.user_id && !filter.to_key.empty()) {
    return session.Select(KEELSON_PG_SELECT_MESSAGES("recipient_key = $6 AND user_id = $7 AND "), r.from,
                          r.time, r.id, most, states, filter.to_key, *filter.user_id);
  }
  if (filter.user_id) {
    return session.Select(KEELSON_PG_SELECT_MESSAGES("user_id = $6 AND "), r.from, r.time, r.id, most, states,
                          *filter.user_id);
  }
  if (!filter.to_key.empty()) {
    return session.Select(KEELSON_PG_SELECT_MESSAGES("recipient_key = $6 AND "), r.from, r.time, r.id, most,
                          states, filter.to_key);
  }
  return session.Select(KEELSON_PG_SELECT_MESSAGES(""), r.from, r.time, r.id, most, states);
}

}  // namespace keelson
