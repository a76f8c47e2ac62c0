#include "adapters/store/postgres/listing.h"

#include <algorithm>
#include <string>

#include "adapters/store/postgres/order_rows.h"
#include "adapters/store/sql_columns/columns.h"

namespace keelson {
namespace {

// The rows of a page: create_time >= `from`, and (create_time, id) < (`time`, `id`).
struct Range {
  absl::Time from;
  absl::Time time;
  Uuid id;
};

constexpr Uuid kLastUuid = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

Range RangeBefore(const std::optional<ListPosition>& before) {
  if (before) return {absl::InfinitePast(), before->create_time, before->id};
  return {absl::InfinitePast(), absl::InfiniteFuture(), kLastUuid};
}

template <typename Filter>
Range RangeOf(const Filter& filter, const std::optional<ListPosition>& before) {
  Range range = RangeBefore(before);
  if constexpr (requires { filter.created_from; }) {
    if (filter.created_from) range.from = *filter.created_from;
    // The nil id is the smallest, so that (time, nil) excludes all rows of that time.
    if (filter.created_before && *filter.created_before <= range.time) {
      range.time = *filter.created_before;
      range.id = Uuid{};
    }
  }
  return range;
}

constexpr Sql kInRange = "create_time >= $1 AND (create_time, id) < ($2, $3)";
constexpr Sql kNewestFirst = " ORDER BY create_time DESC, id DESC LIMIT $4";

// Merges one index scan for each wanted state ($5), newest first. `condition` is empty, or " AND …" over the
// columns that precede the state in the index. `row` is the alias of a row.
constexpr auto FromStates(const auto& table, const auto& condition, const auto& row) {
  return " FROM unnest($5) AS wanted (wanted_state) CROSS JOIN LATERAL (SELECT * FROM " + Sql(table) +
         " WHERE state = wanted_state" + condition + " AND " + kInRange + kNewestFirst + ") " + row +
         kNewestFirst;
}

constexpr auto kSelectUsers = "SELECT " + kColumnNames<UserFields>;
constexpr auto kHasPrefix =
    "email_key >= $6 AND email_key < $7 AND state <> " + kSqlNumber<UserState::kErased>;
constexpr auto kCountPrefix =
    "SELECT count(*) FROM (SELECT 1 FROM users WHERE email_key >= $1 AND email_key < $2 AND state <> " +
    kSqlNumber<UserState::kErased> + " LIMIT $3) found";
constexpr auto kListUsers = kSelectUsers + FromStates("users", "", "u");
constexpr auto kListRarePrefix = "WITH u AS MATERIALIZED (SELECT * FROM users WHERE " + kHasPrefix + ") " +
                                 kSelectUsers + " FROM u WHERE state = ANY ($5) AND " + kInRange +
                                 kNewestFirst;
constexpr auto kListCommonPrefix = kSelectUsers + FromStates("users", " AND " + kHasPrefix, "u");

constexpr auto kListSessions = "SELECT " + kColumnNames<SessionFields> +
                               " FROM sessions WHERE user_id = $5 AND " + kInRange + kNewestFirst;

constexpr auto kListOrders = kPgSelectOrder + " FROM orders o WHERE " + kInRange + kNewestFirst;
constexpr auto kListOrdersOfStates = kPgSelectOrder + FromStates("orders", "", "o");
constexpr auto kListOrdersOfUser = kPgSelectOrder + FromStates("orders", " AND user_id = $6", "o");

constexpr auto kSelectRefunds = "SELECT " + kColumnNames<RefundFields>;
constexpr auto kListRefunds = kSelectRefunds + " FROM refunds WHERE " + kInRange + kNewestFirst;
constexpr auto kListRefundsOfStates = kSelectRefunds + FromStates("refunds", "", "r");
constexpr auto kListRefundsOfUser = kSelectRefunds + FromStates("refunds", " AND user_id = $6", "r");
// An order has few refunds: the other filters are applied row by row.
constexpr auto kListRefundsOfOrder =
    kSelectRefunds +
    " FROM refunds WHERE order_id = $6 AND ($7 IS NULL OR user_id = $7) AND (cardinality($5) = 0 OR "
    "state = ANY ($5)) AND " +
    kInRange + kNewestFirst;

constexpr auto kSelectMessages = "SELECT " + kColumnNames<Message>;
constexpr auto kListMessages = kSelectMessages + FromStates("messages", "", "m");
constexpr auto kListMessagesToUser = kSelectMessages + FromStates("messages", " AND user_id = $6", "m");
constexpr auto kListMessagesToAddress =
    kSelectMessages + FromStates("messages", " AND recipient_key = $6", "m");
// At most one user has an address at a time, so that the filter by user discards few rows.
constexpr auto kListMessagesToUserAndAddress =
    kSelectMessages + FromStates("messages", " AND recipient_key = $6 AND user_id = $7", "m");

// If at most this many addresses have the prefix, the query sorts all users with these addresses for each
// page. For a more common prefix, scanning the users in list order fills the page sooner.
constexpr int kSortedAddresses = 10'000;

// Returns a text greater than every address with this prefix: U+10FFFF follows the prefix.
std::string EndOf(const std::string& prefix) {
  return prefix + "\xf4\x8f\xbf\xbf";
}

bool IsRare(PgSession& session, const std::string& prefix) {
  std::int64_t count = 0;
  session.Select(kCountPrefix, prefix, EndOf(prefix), kSortedAddresses + 1).Read(0, count);
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

}  // namespace

PgResult SelectUserPage(PgSession& session, const UserFilter& filter,
                        const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  const std::vector<UserState> states = Wanted(filter.states, kUserStates);
  const std::string& prefix = filter.email_prefix;
  if (prefix.empty()) return session.Select(kListUsers, r.from, r.time, r.id, most, states);
  const char* sql = IsRare(session, prefix) ? kListRarePrefix : kListCommonPrefix;
  return session.Select(sql, r.from, r.time, r.id, most, states, prefix, EndOf(prefix));
}

PgResult SelectSessionPage(PgSession& session, UserId user_id, const std::optional<ListPosition>& before,
                           int limit) {
  const Range r = RangeBefore(before);
  return session.Select(kListSessions, r.from, r.time, r.id, LimitParameter(limit), user_id);
}

PgResult SelectOrderPage(PgSession& session, const OrderFilter& filter,
                         const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  if (filter.user_id) {
    return session.Select(kListOrdersOfUser, r.from, r.time, r.id, most, Wanted(filter.states, kOrderStates),
                          *filter.user_id);
  }
  if (filter.states.empty()) return session.Select(kListOrders, r.from, r.time, r.id, most);
  return session.Select(kListOrdersOfStates, r.from, r.time, r.id, most, filter.states);
}

PgResult SelectRefundPage(PgSession& session, const RefundFilter& filter,
                          const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  if (filter.order_id) {
    return session.Select(kListRefundsOfOrder, r.from, r.time, r.id, most, filter.states, *filter.order_id,
                          filter.user_id);
  }
  if (filter.user_id) {
    return session.Select(kListRefundsOfUser, r.from, r.time, r.id, most,
                          Wanted(filter.states, kRefundStates), *filter.user_id);
  }
  if (filter.states.empty()) return session.Select(kListRefunds, r.from, r.time, r.id, most);
  return session.Select(kListRefundsOfStates, r.from, r.time, r.id, most, filter.states);
}

PgResult SelectMessagePage(PgSession& session, const MessageFilter& filter,
                           const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  const std::vector<MessageState> states = Wanted(filter.states, kMessageStates);
  if (filter.user_id && !filter.to_key.empty()) {
    return session.Select(kListMessagesToUserAndAddress, r.from, r.time, r.id, most, states, filter.to_key,
                          *filter.user_id);
  }
  if (filter.user_id) {
    return session.Select(kListMessagesToUser, r.from, r.time, r.id, most, states, *filter.user_id);
  }
  if (!filter.to_key.empty()) {
    return session.Select(kListMessagesToAddress, r.from, r.time, r.id, most, states, filter.to_key);
  }
  return session.Select(kListMessages, r.from, r.time, r.id, most, states);
}

}  // namespace keelson
